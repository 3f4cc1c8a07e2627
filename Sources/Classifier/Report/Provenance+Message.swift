import Bytes
import MIME
import Verdict

extension Provenance {
    /// Reads the fields that our own servers wrote.
    ///
    /// The border is the topmost Received field with a peer that is not ours; a content filter on the same host is passed
    /// over. All fields above the border are ours. A field below it came with the message: an Authentication-Results field
    /// there is a forgery, whatever name it has.
    init(_ message: Message, _ settings: Settings) {
        self.init()
        guard let border = Provenance.border(message, settings) else { return }
        peerAddress = border.peer.address
        peerName = border.peer.name
        guard let name = settings.authservID else { return }
        var found: AuthenticationResults?
        message.forEachField(Names.authenticationResults, limit: Limits.authenticationFields) { field in
            guard found == nil, field.name.lowerBound < border.start else { return }
            let results = message.withValue(of: field) { AuthenticationResults($0) }
            if results?.server == name { found = results }
        }
        authenticated = found?.domains ?? []
    }

    /// How many Received fields of our own servers are passed over.
    private static let maximumHops = 10

    private static func border(_ message: Message, _ settings: Settings) -> (peer: Peer, start: Int)? {
        var ours = settings.localHosts + [settings.authservID].compactMap(\.self)
        var border: (peer: Peer, start: Int)?
        var isOver = false
        message.forEachField(.received, limit: maximumHops) { field in
            guard border == nil, !isOver else { return }
            let (peer, by) = message.withValue(of: field) { (Peer($0), Trace($0).by) }
            let host = HostName.withoutDot(by ?? "")
            // Our server wrote the topmost field; one below it is ours if it names one of our hosts.
            if ours.isEmpty || field.name.lowerBound == message.field(.received)?.name.lowerBound {
                ours.append(host)
            } else if !ours.contains(host) {
                isOver = true
                return
            }
            guard let peer else {
                isOver = true
                return
            }
            if peer.isLoopback || peer.name.map(ours.contains) ?? false { return }
            border = (peer, field.name.lowerBound)
        }
        return border
    }
}
