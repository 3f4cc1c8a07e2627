import Bytes
import Ledger

extension SendersFault {
    /// The day since which it has lasted, `2026-11-24`.
    var firstDay: String { CalendarTime.text(ofDay: since) }

    /// What to do about it; nil where the reason is not one of those that a sender repairs.
    var advice: String? { reason.value?.repair?.advice }

    /// The section of the documentation about its reason; nil for a reason that this version does not know.
    var documentation: String? { reason.value?.documentation }

    /// Who refuses how many addresses since when, and why: `dest.example refuses 412 addresses since 2026-11-24:
    /// authfailure (DMARC, SPF or DKIM)`.
    var summary: String {
        let what = reason.value?.repair.map { " (\($0.what))" } ?? ""
        return "\(domain) refuses \(addresses) \(addresses == 1 ? "address" : "addresses") since \(firstDay): "
            + "\(reason.text)\(what)"
    }

    /// The same, and what to do about it.
    var sentence: String {
        let advice = self.advice.map { ". To repair: \($0)" } ?? ""
        return summary + advice + (documentation.map { "; see \($0)" } ?? "")
    }
}

extension SendersFaults {
    /// How many of them are named where people read.
    static let shown = 5
    /// How many of them programs get.
    static let listed = 100

    /// A line for each of the worst, and one that says how many more there are; none if nothing is refused.
    var lines: [String] {
        let named = worst.prefix(Self.shown).map { terminalSafe($0.sentence) }
        return named + (more.map { [$0] } ?? [])
    }

    /// How many are not named; nil if all are.
    var more: String? {
        let rest = count - min(worst.count, Self.shown)
        return rest > 0 ? "and \(rest) more" : nil
    }
}

extension JSONWriter {
    /// Who refuses mail for faults of the sender, left out if nobody does; a count where there are more than are listed.
    mutating func sendersFaults(_ faults: SendersFaults) {
        array("senders_faults", faults.worst) { writer, fault in writer.object { $0.sendersFault(fault) } }
        if faults.count > faults.worst.count { member("senders_faults_in_all", faults.count) }
    }

    /// The members of one domain that refuses mail for a fault of the sender.
    mutating func sendersFault(_ fault: SendersFault) {
        member("domain", fault.domain)
        member("reason", fault.reason.text)
        member("addresses", fault.addresses)
        member("since", fault.firstDay)
        member("latest", timestamp(fault.latest))
        member("example", fault.example)
        member("advice", fault.advice)
        member("see", fault.documentation)
    }
}
