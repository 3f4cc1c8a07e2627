import Classifier
import Ledger
import Maildir

extension DeliveryEvent {
    /// What the ledger takes down of one message.
    ///
    /// - Parameters:
    ///   - name: the message's name in `maildir`.
    ///   - contents: what was read of it.
    ///   - destination: where the file goes.
    ///   - counted: the outcomes that count.
    ///   - withheld: why others do not; the ledger keeps it as a rule that hit.
    init(
        _ verdict: Verdict, name: MessageName, in maildir: Maildir, contents: FileContents, destination: String,
        counted: [Outcome], withheld: Withheld?
    ) {
        self.init(
            key: DeliveryKey(maildir: maildir.identity, unique: Array(name.unique)),
            messageID: verdict.messageID,
            fingerprint: Fingerprint(messageID: verdict.messageID, contents: contents.bytes),
            class: verdict.messageClass.rawValue,
            origin: verdict.origin?.rawValue,
            // A message that says no time has the one at which it was delivered; a copy of the file keeps it.
            arrival: verdict.arrival ?? name.deliverySeconds ?? contents.modified ?? 0,
            dialect: verdict.dialect,
            reportingMTA: verdict.reportingMTA,
            destination: destination,
            outcomes: counted.map(OutcomeEvent.init),
            rules: verdict.ruleNames + (withheld.map { ["trust/\($0.rawValue)"] } ?? []))
    }

    /// About how many bytes of memory this event holds.
    var weight: Int {
        outcomes.reduce(512) { $0 + 256 + $1.address.utf8.count + ($1.diagnostic?.utf8.count ?? 0) } + 64 * rules.count
    }
}

extension OutcomeEvent {
    init(_ outcome: Outcome) {
        self.init(
            address: outcome.address, kind: outcome.kind.rawValue, reason: (outcome.reason ?? .undefined).rawValue,
            status: outcome.status, replyCode: outcome.replyCode, action: outcome.action,
            diagnostic: outcome.diagnostic, remoteMTA: outcome.remoteMTA, command: outcome.command)
    }
}

extension Fingerprint {
    /// What makes two files one report: its Message-ID and its text.
    ///
    /// The header is left out, since each delivery adds lines to it, and so are carriage returns and empty lines at the
    /// end, which come and go between a Maildir, an mbox and a backup. Nothing of the verdict goes in, so that a report
    /// that comes back after the rules have changed is still the one that was counted.
    init(messageID: String?, contents: [UInt8]) {
        var hash = ReportHash()
        hash.combine(messageID)
        contents.withUnsafeBytes { bytes in
            var body = bytes[bodyStart(bytes)...]
            while let last = body.last, isLineEnd(last) { body.removeLast() }
            if body.contains(UInt8(ascii: "\r")) {
                body.filter { $0 != UInt8(ascii: "\r") }.withUnsafeBytes { hash.combine($0) }
            } else {
                hash.combine(UnsafeRawBufferPointer(rebasing: body))
            }
        }
        self.init(high: hash.value.high, low: hash.value.low)
    }
}

extension Verdict {
    /// The rules that spoke, each once.
    fileprivate var ruleNames: [String] {
        var seen: Set<String> = []
        return evidence.map(\.rule).filter { seen.insert($0).inserted }
    }
}

/// Where the text behind the first empty line starts, whatever the line ends are; the end where there is no such line.
private func bodyStart(_ bytes: UnsafeRawBufferPointer) -> Int {
    var index = 0
    while index < bytes.count {
        let lineStart = index
        while index < bytes.count, !isLineEnd(bytes[index]) { index += 1 }
        let isEmpty = index == lineStart
        let isCRLF = bytes[index...].starts(with: [UInt8(ascii: "\r"), UInt8(ascii: "\n")])
        index = min(bytes.count, index + (isCRLF ? 2 : 1))
        if isEmpty { return index }
    }
    return bytes.count
}

private func isLineEnd(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") }
