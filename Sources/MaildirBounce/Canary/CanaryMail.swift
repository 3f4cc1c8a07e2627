import Bytes
import Classifier
import Ledger
import ReturnPath

/// A canary as it is handed to sendmail.
struct CanaryMail {
    var canary: Canary
    var sender: String
    var text: [UInt8]

    /// - Parameters:
    ///   - key: the key that signs return paths; `nil` if there is none.
    ///   - now: in seconds since 1970 UTC.
    /// - Throws: a failure with status 78 if the return path or the target cannot be used.
    init(
        to target: CanarySettings.Target, _ settings: CanarySettings, _ verp: VERPTable, key: SigningKey?,
        at now: Int64,
        token: CanaryToken = .random()
    ) throws(Failure) {
        let path = try Self.returnPath(verp)
        guard let recipient = target.address ?? CanonicalAddress(token.address(at: target.name)) else {
            throw Failure(
                ExitStatus.configuration, "\(target.name): no canary can be sent there; name an address, or a domain")
        }
        sender = try Self.sender(for: recipient, path, verp, key: key, token: token, at: now)
        canary = Canary(
            token: token, kind: target.kind, target: target.name, recipient: recipient.text, sender: sender,
            isTagged: sender != path.text, sent: now, due: now + settings.within.seconds)
        text = Array(
            """
            From: \(path.text)
            To: \(recipient.text)
            Subject: maildir-bounce canary \(token.text)
            Date: \(Self.date(now))
            Message-ID: <\(token.address(at: path.domain))>
            Auto-Submitted: auto-generated
            MIME-Version: 1.0
            Content-Type: text/plain; charset=us-ascii

            This mail tests whether bounces come back to \(path.domain). It is meant to be refused.
            If it was delivered to you, please tell postmaster@\(path.domain).

            """.utf8)
    }

    /// - Throws: a failure with status 78 if the configuration has none.
    static func returnPath(_ verp: VERPTable) throws(Failure) -> CanonicalAddress {
        guard let path = verp.returnPath.flatMap({ CanonicalAddress($0) }) else {
            throw Failure(
                ExitStatus.configuration,
                "there is no return path, to which the report of a canary could come; set return_path in [verp]")
        }
        return path
    }

    /// The envelope sender: of the kind that other mail has, as far as the configuration says.
    private static func sender(
        for recipient: CanonicalAddress, _ path: CanonicalAddress, _ verp: VERPTable, key: SigningKey?,
        token: CanaryToken, at now: Int64
    ) throws(Failure) -> String {
        if let key {
            do {
                return try verp.sender(for: recipient, from: path.text, key: key, at: now)
            } catch {
                throw Failure(ExitStatus.configuration, "no canary can be sent: \(error)")
            }
        }
        guard let pattern = verp.patterns.first else {
            // With a tag, so that a recipient delimiter that is off is found; plain where there is no room for one.
            let local = path.text.dropLast(path.domain.utf8.count + 1)
            let tagged =
                "\(local)\(Character(UnicodeScalar(verp.delimiter)))\(CanaryToken.prefix)\(token.text)"
            return tagged.utf8.count <= SignedTag.localOctets ? "\(tagged)@\(path.domain)" : path.text
        }
        let encoded = recipient.text.dropLast(recipient.domain.utf8.count + 1) + "=" + recipient.domain
        let sender = pattern.address(id: token.text, recipient: String(encoded))
        guard sender.utf8.prefix(while: { $0 != UInt8(ascii: "@") }).count <= SignedTag.localOctets else {
            throw Failure(
                ExitStatus.configuration,
                "\(sender): no canary can be sent from a return path with more than \(SignedTag.localOctets) octets before "
                    + "the @; name a domain with a shorter name in [canary]")
        }
        return sender
    }

    /// A date as a header field has it (RFC 5322, section 3.3).
    static func date(_ seconds: Int64) -> String {
        let days = CalendarTime.day(of: seconds)
        let date = CivilDate(daysSince1970: days)
        let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let clock = (timestamp(seconds) ?? "").dropFirst(11).prefix(8)
        return "\(weekdays[Int(days % 7)]), \(date.day) \(months[Int(date.month) - 1]) \(date.year) \(clock) +0000"
    }
}
