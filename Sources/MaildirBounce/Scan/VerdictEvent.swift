import Bytes
import Verdict
import Glibc
import Ledger
import MIME
import Maildir

extension DeliveryEvent {
    /// The ledger's event for one message.
    ///
    /// - Parameters:
    ///   - key: which file it is.
    ///   - arrival: when it arrived.
    ///   - contents: what was read of it.
    ///   - destination: where the file goes, or is.
    ///   - judged: which outcomes count, and why others do not; the ledger stores that as a rule.
    ///   - capture: what is kept of the mail that came back.
    init(
        _ verdict: Verdict, key: DeliveryKey, arrival: Int64, contents: FileContents, destination: String?,
        judged: TrustJudgement, capture: CaptureTable
    ) {
        let former = FormerFingerprint(messageID: verdict.messageID, contents: contents.bytes)
        self.init(
            key: key,
            messageID: verdict.messageID,
            fingerprint: Fingerprint(verdict, former, contents: contents.bytes),
            former: former,
            class: Token(verdict.messageClass),
            origin: verdict.origin.map { Token($0) },
            arrival: arrival,
            seen: Self.firstSight,
            dialect: verdict.dialect,
            reportingMTA: verdict.reportingMTA,
            stream: judged.stream ?? verdict.stream,
            mailed: Self.mailed(verdict.mailed, arrival: arrival),
            isBulk: verdict.isOfMailing && judged.isOfOurServers,
            isVouched: judged.isVouched, isWithheld: judged.isWithheld,
            deliveredTo: verdict.deliveredTo.first,
            destination: destination,
            outcomes: judged.counted,
            rules: verdict.ruleNames,
            canary: CanaryReport(verdict))
        captured = capture.fields(of: verdict, arrival: arrival, at: seen)
        holdIfLarge(limit: judged.maximumAddresses)
        if let rule = judged.withheld(self)?.rule { rules.append(rule) }
    }

    /// The day of a returned mail's Date, if a report can come so long after it; one that is before its mail has a wrong
    /// clock, or is forged.
    private static func mailed(_ date: Int64?, arrival: Int64) -> Int64? {
        guard let date else { return nil }
        let (day, last) = (CalendarTime.day(of: date), CalendarTime.day(of: arrival))
        return day <= last && day >= last - LedgerLimits.mailedDays ? day : nil
    }

    /// A time before this program was built, 2026-11-28T00:00:00Z: an earlier clock is wrong.
    private static let madeAfter: Int64 = 1_795_824_000

    /// The present second, or `nil` if the clock cannot be right.
    private static var firstSight: Int64? {
        let now = Int64(time(nil))
        return now < madeAfter ? nil : now
    }

    /// About how many bytes of memory this event holds.
    var weight: Int {
        outcomes.reduce(512) { $0 + 256 + $1.address.utf8.count + ($1.diagnostic?.utf8.count ?? 0) } + 64 * rules.count
            + captured.reduce(0) { $0 + 64 + $1.value.utf8.count }
    }
}

extension Verdict {
    /// The mailing that the returned mail belongs to: its List-Id, else the address that the report was delivered to,
    /// without the parts that differ in each mail: BATV's tag, an id, what follows a plus sign, and a recipient written
    /// with `=`.
    fileprivate var stream: String? { original?.listID ?? streamOfAddress }

    /// The address that the message was delivered to, without the parts that differ in each mail.
    var streamOfAddress: String? {
        guard let address = returnPath ?? deliveredTo.first, let at = address.lastIndex(of: "@") else { return nil }
        var local = address[..<at]
        if let plus = local.firstIndex(of: "+") {
            local = local[..<plus]
        } else if local.contains("="), let hyphen = local.firstIndex(of: "-") {
            local = local[..<hyphen]
        }
        return String(local) + address[at...]
    }
}

extension CanaryReport {
    /// What a message says of canaries, or `nil`.
    fileprivate init?(_ verdict: Verdict) {
        let effect: Effect =
            switch verdict.messageClass {
            case .hardBounce, .softBounce: .answer
            case .delayNotice: .delay
            default: .none
            }
        let first = verdict.recipients.first
        self.init(
            messageID: verdict.original?.messageID, recipients: verdict.recipients.lazy.map(\.address),
            effect: effect, origin: verdict.origin.map { Token($0) }, dialect: verdict.dialect,
            status: first?.status ?? first?.replyCode,
            isSigned: verdict.trust == .valid || verdict.trust == .expired, deliveredTo: verdict.deliveredTo)
    }
}

extension OutcomeEvent {
    init(_ outcome: Outcome) {
        self.init(
            address: outcome.address, fate: Fate(outcome.kind, outcome.remark),
            reason: Token(outcome.reason ?? .undefined),
            party: outcome.party,
            status: outcome.status, replyCode: outcome.replyCode, action: outcome.action,
            diagnostic: outcome.diagnostic, remoteMTA: outcome.remoteMTA, command: outcome.command)
    }
}

extension Outcome {
    /// What the address's state depends on in addition to the kind.
    fileprivate var remark: Fate.Remark? {
        isOwnRefusal ? .ownRefusal : relay.map { .relay(Token($0)) }
    }
}

extension FormerFingerprint {
    /// A report's Message-ID and body: all that version 0.1.0 looked at.
    ///
    /// The header is left out, since each delivery adds lines to it, and so are carriage returns and empty lines at the
    /// end, which come and go between a Maildir, an mbox and a backup.
    init(messageID: String?, contents: [UInt8]) {
        var hash = ReportHash()
        hash.combine(messageID)
        let start = bodyStart(contents.span)
        contents.withUnsafeBytes { hash.combine(text: $0[start...]) }
        self.init(
            Fingerprint(high: hash.value.high, low: hash.value.low),
            hasMessageID: messageID.map(hasWord) ?? false)
    }
}

extension Fingerprint {
    /// What makes two files one report: its Message-ID, its body and the tag of the address it was delivered to.
    /// Without a Message-ID, the mail's Date and arrival are used instead: a server may say the same about the same
    /// address on many days.
    ///
    /// A service's event has an identity of its own, whatever is posted around it.
    ///
    /// Nothing that the rules decide goes in, so that a report that comes back after they have changed is still the one
    /// that was counted.
    init(_ verdict: Verdict, _ former: FormerFingerprint, contents: [UInt8]) {
        if let event = verdict.event, !event.id.isEmpty {
            var hash = ReportHash()
            hash.combine("event")
            hash.combine(verdict.dialect)
            hash.combine(event.id)
            self.init(high: hash.value.high, low: hash.value.low)
            return
        }
        var base = former.fingerprint
        // 0.1.0 took an empty line at the very start for the end of the header.
        let start = contents.span.firstLine(notBlankFrom: 0)
        if start > 0, start < contents.count {
            base = FormerFingerprint(messageID: verdict.messageID, contents: Array(contents[start...])).fingerprint
        }
        var hash = ReportHash()
        hash.combine("tag, date, arrival")
        hash.combine(base.high)
        hash.combine(base.low)
        hash.combine(verdict.deliveredTo.first(where: hasTag))
        if !former.hasMessageID {
            for time in [verdict.date, verdict.arrival] { hash.combine(UInt64(bitPattern: time ?? .min)) }
        }
        self.init(high: hash.value.high, low: hash.value.low)
    }
}

/// Whether the local part of an address has what VERP puts into it: a recipient (`bob=dest.example`), or an extension.
private func hasTag(_ address: String) -> Bool {
    for byte in address.utf8 {
        if byte == UInt8(ascii: "@") { return false }
        if byte == UInt8(ascii: "+") || byte == UInt8(ascii: "=") { return true }
    }
    return false
}

/// Whether a Message-ID says anything: it has a letter or a digit outside comments.
private func hasWord(_ messageID: String) -> Bool {
    var comments = 0
    for byte in messageID.utf8 {
        switch byte {
        case UInt8(ascii: "("): comments += 1
        case UInt8(ascii: ")"): comments = max(comments - 1, 0)
        default: if comments == 0, byte.isWord { return true }
        }
    }
    return false
}

extension DeliveryKey {
    /// The key of a message in a Maildir.
    init(_ name: MessageName, in maildir: Maildir) {
        self.init(maildir: maildir.identity, unique: Array(name.unique))
    }

    /// The value used as Maildir in the keys of messages without a file in a Maildir.
    static let byContent = "(by content)"

    /// The key of a message that has no name that lasts: one in an mbox, an archive or a plain folder, which are copied,
    /// renamed and packed.
    ///
    /// It is made of the whole message, header and body, and of its arrival: the same mail in two such files is one,
    /// and two deliveries of one report, whose headers differ, are two, which the report's fingerprint then identifies
    /// as copies. Since the arrival is in the key, it does not matter which of two equal mails is read first.
    init(contents: [UInt8], arrival: Int64) {
        var hash = ReportHash()
        contents.withUnsafeBytes { hash.combine(text: $0[...]) }
        hash.combine("\(arrival)")
        let (high, low) = hash.value
        let digits = [high, low].map { hexadecimal($0, digits: 16) }
        self.init(maildir: Self.byContent, unique: Array(digits.joined().utf8))
    }
}

extension ReportHash {
    /// Takes in lines, whatever their ends are, without the empty ones at the end.
    fileprivate mutating func combine(text: Slice<UnsafeRawBufferPointer>) {
        var text = text
        while let last = text.last, last == UInt8(ascii: "\n") || last == UInt8(ascii: "\r") { text.removeLast() }
        let bytes = UnsafeRawBufferPointer(rebasing: text)
        if bytes.firstIndex(of: UInt8(ascii: "\r"), in: 0..<bytes.count) != nil {
            text.filter { $0 != UInt8(ascii: "\r") }.withUnsafeBytes { combine($0) }
        } else {
            combine(bytes)
        }
    }
}

extension Verdict {
    /// The rules that spoke, each once.
    fileprivate var ruleNames: [String] {
        var seen: Set<String> = []
        return evidence.map(\.rule).filter { seen.insert($0).inserted }
    }
}

/// Where the text after the first empty line starts, whatever the line ends are; the end where there is no such line.
private func bodyStart(_ bytes: Span<UInt8>) -> Int {
    var (index, lineFeed) = (0, -1)
    while index < bytes.count {
        // Searched once, even if a mail has none.
        if lineFeed < index {
            lineFeed = bytes.firstIndex(of: UInt8(ascii: "\n"), in: index..<bytes.count) ?? bytes.count
        }
        let end = bytes.firstIndex(of: UInt8(ascii: "\r"), in: index..<lineFeed) ?? lineFeed
        let isEmpty = end == index
        index = min(bytes.count, end + (end + 1 == lineFeed && lineFeed < bytes.count ? 2 : 1))
        if isEmpty { return index }
    }
    return bytes.count
}
