import Bytes
import Ledger
import Verdict
import Week

/// What a mail's failure is called in its report, and how many days later the report comes.
struct YearReport {
    var kind = OutcomeKind.soft
    var reason: Reason
    var status: String
    var code = "550"
    var late = 0

    /// `nil` if the mail arrives.
    init?(_ year: Year, _ address: Int, _ fate: YearFate, at time: Int64) {
        let incidents = year.incidents
        let day = Int((time - Year.start) / Year.second)
        let domain = year.domain(of: address)
        func chance(_ purpose: UInt64, _ percent: Int) -> Bool {
            year.random(address, 5_000 + purpose * 400 + UInt64(day), below: 100) < percent
        }
        if incidents.resolver.contains(time), chance(1, 60) {
            self.init(.hard, .hostUnknown, "5.4.4")
        } else if fate.state == .domainGone, fate.holds(on: day) {
            self.init(.hard, .hostUnknown, "5.4.4")
        } else if domain == "alpha.example", incidents.wrongAnswers.contains(time) {
            self.init(.hard, .userUnknown, "5.1.1")
        } else if domain == "beta.example", incidents.outages.contains(where: { $0.contains(time) }) {
            self.init(.soft, .expired, "4.4.1", late: 5)
        } else if domain == "gamma.example" || domain.utf8.first == UInt8(ascii: "d") && chance(2, 30),
            incidents.blockList.contains(time)
        {
            self.init(.soft, .blocked, "5.7.1")
        } else if domain.hasSuffix("a.example"), incidents.wrongDMARC.contains(time) {
            self.init(.soft, .authFailure, "5.7.26")
        } else if fate.state == .dead, fate.holds(on: day) {
            self.init(.hard, .userUnknown, "5.1.1")
        } else if fate.state == .full || fate.state == .fullForAWhile, fate.holds(on: day) {
            self.init(.soft, .mailboxFull, "5.2.2")
        } else if fate.state == .suspended, fate.holds(on: day) {
            self.init(.soft, .suspend, "5.2.1")
        } else if fate.accidents.contains(day) {
            self.init(.soft, .expired, "4.4.1", late: 5)
        } else if fate.state == .greyListed, chance(3, 3) {
            self.init(.soft, .onHold, "4.7.1", late: 1)
        } else {
            return nil
        }
    }

    private init(_ kind: OutcomeKind, _ reason: Reason, _ status: String, late: Int = 0) {
        self.kind = kind
        self.reason = reason
        self.status = status
        self.late = late
        code = status.utf8.first == UInt8(ascii: "4") ? "450" : "550"
    }
}

extension Year {
    /// The report about a mail that was sent to an address at a time; `nil` if it arrived.
    package func report(on address: Int, mailedAt time: Int64) -> DeliveryEvent? {
        let fate = fate(of: address)
        guard let report = YearReport(self, address, fate, at: time) else { return nil }
        let list = list(of: address)
        let arrival = time + Int64(report.late) * Year.second + 60
        let number = UInt64(address) << 24 | UInt64(bitPattern: time - Year.start)
        var event = DeliveryEvent(
            key: DeliveryKey(
                maildir: "/var/vmail/bounces/Maildir", unique: Array("\(arrival).V801I\(address).mail".utf8)),
            messageID: "<\(time).\(address)@mail.news.example>",
            fingerprint: Fingerprint(high: mixed(seed, number, 30), low: mixed(seed, number, 31)),
            class: Token(report.kind == .hard ? .hardBounce : .softBounce), origin: Token(.local), arrival: arrival,
            dialect: "postfix", reportingMTA: "mail.news.example", stream: list.name,
            mailed: CalendarTime.day(of: time), isBulk: list.cadence != .single)
        event.outcomes = [
            OutcomeEvent(
                address: name(of: address), fate: Fate(report.kind), reason: Token(report.reason),
                status: report.status, replyCode: report.code, action: "failed")
        ]
        return event
    }
}
