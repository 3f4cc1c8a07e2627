/// Who handed a message to our own servers, as these wrote it themselves into the header.
///
/// Nothing here is taken from a field that came with the message.
package struct Provenance: Sendable, Equatable {
    /// The IP address of the host, as text.
    package var peerAddress: String?
    /// The name of the host, which our server has looked up for its address and back; in lower case.
    package var peerName: String?
    /// The domains that our server has authenticated: those of valid DKIM signatures, and that of the envelope sender
    /// where SPF allows the host; in lower case.
    package var authenticated: [String]

    package init(peerAddress: String? = nil, peerName: String? = nil, authenticated: [String] = []) {
        self.peerAddress = peerAddress
        self.peerName = peerName
        self.authenticated = authenticated
    }
}
