import TestSupport
import Testing
import Verdict

@testable import Ledger
@testable import LedgerPostgreSQL

@Suite("Overrides, explanations and simulations of the policy")
struct PolicyTests {
    private func state(_ events: [DeliveryEvent], _ policy: Policy, _ address: String = "bob@dest.example") throws
        -> AddressState?
    {
        let ledger = try freshLedger(policy)
        try ledger.commit(events)
        return try ledger.address(address)?.state
    }

    private let never = Policy.Rule(days: 0, within: 1, quietDays: 1)
    private let once = Policy.Rule(days: 1, within: 1, quietDays: 1)

    @Test("A reason, a class, a cause or a domain may have its own rule")
    func overrides() throws {
        let soft = softReport(1, at: time(day: 0))
        for override in [
            Policy.Override(reason: .mailboxFull, rule: once), Policy.Override(class: .softBounce, rule: once),
            Policy.Override(cause: .soft, rule: once), Policy.Override(domain: "Dest.Example.", rule: once),
            Policy.Override(domain: ".example", rule: once),
        ] {
            var policy = Policy.byDays
            policy.overrides = [override]
            #expect(try state([soft], policy)?.suppression?.cause == .soft)
        }
        for override in [
            Policy.Override(reason: .blocked, rule: once), Policy.Override(class: .hardBounce, rule: once),
            Policy.Override(cause: .hard, rule: once), Policy.Override(domain: "other.example", rule: once),
            Policy.Override(domain: ".dest.example", rule: once), Policy.Override(domain: "est.example", rule: once),
        ] {
            var policy = Policy.byDays
            policy.overrides = [override]
            #expect(try state([soft], policy)?.suppression == nil)
        }
    }

    private func sendersFaults(_ reason: Reason, days: Int = 40, kind: String = "soft") -> [DeliveryEvent] {
        (0..<days).map { day in
            report(
                day, class: "\(kind)-bounce", kind: kind, reason: reason.rawValue, status: "5.7.1", replyCode: "554",
                at: time(day: day))
        }
    }

    @Test("What is the sender's fault is counted and suppresses nobody", arguments: Policy.sendersReasons)
    func sendersFault(_ reason: Reason) throws {
        for kind in ["soft", "hard"] {
            let faults = sendersFaults(reason, kind: kind)
            let state = try #require(try state(faults, Policy.byDays))
            #expect(state.suppression == nil)
            #expect(state.counters.soft + state.counters.hard == faults.count)
            #expect(state.streakDays == 0)
        }
        // The days of others are not lost among them.
        let full = (0..<5).map { softReport(1_000 + $0, at: time(day: $0, hour: 15)) }
        #expect(try self.state(sendersFaults(reason) + full, Policy.byDays)?.suppression?.reason == "mailboxfull")
    }

    @Test("The list of the sender's reasons is the one that docs/policy.md has")
    func sendersReasons() {
        #expect(
            Set(Policy.sendersReasons.map(\.rawValue)) == [
                "blocked", "badreputation", "requireptr", "authfailure", "policyviolation", "spamdetected",
                "virusdetected", "contenterror", "securityerror", "failedstarttls", "speeding", "toomanyconn",
                "exceedlimit", "mesgtoobig", "rejected",
            ])
    }

    @Test("A reason that is named decides about the sender's faults, and so does their own table; nothing else does")
    func sendersFaultOverridden() throws {
        let faults = sendersFaults(.blocked, days: 3)
        func suppresses(_ change: (inout Policy) -> Void) throws -> Bool {
            var policy = Policy.byDays
            change(&policy)
            return try state(faults, policy)?.suppression != nil
        }
        let three = Policy.Rule(days: 3, within: 30, quietDays: 30)
        for override in [
            Policy.Override(reason: .blocked, rule: three),
            Policy.Override(cause: .soft, reason: .blocked, domain: "dest.example", rule: three),
        ] {
            #expect(try suppresses { $0.overrides = [override] })
        }
        for override in [
            Policy.Override(cause: .soft, rule: once), Policy.Override(class: .softBounce, rule: once),
            Policy.Override(domain: "dest.example", rule: once), Policy.Override(reason: .mailboxFull, rule: once),
        ] {
            #expect(try !suppresses { $0.overrides = [override] })
        }
        #expect(try !suppresses { $0.soft = three })
        #expect(try suppresses { $0.sender = three })
        // Who lets them count can still spare a domain.
        #expect(
            try !suppresses {
                $0.sender = three
                $0.overrides = [Policy.Override(domain: "dest.example", rule: never)]
            })
    }

    @Test("A ledger whose addresses were suppressed for the sender's faults lets them go, and says why")
    func sendersFaultAdopted() throws {
        let folder = try TemporaryFolder()
        var old = Policy.byDays
        old.sender = old.soft
        let moment = time(day: 50)
        do {
            let ledger = try LedgerStore(path: folder.ledger, mode: .readWrite, policy: old)
            try ledger.commit(sendersFaults(.spamDetected, days: 5) + [report(99, address: "dead@dest.example")])
            #expect(try ledger.check("bob@dest.example", at: moment) != .mayMail)
        }
        guard !TestServer.isInUse else { return }
        let ledger = try LedgerStore(path: folder.ledger, mode: .readWrite, policy: Policy.byDays)
        #expect(try ledger.check("bob@dest.example", at: moment) == .mayMail)
        #expect(try ledger.check("dead@dest.example", at: moment) != .mayMail)
        let steps = try #require(try ledger.explain("bob@dest.example"))
        #expect(Set(steps.map(\.text)) == ["the sender's fault: counts against nobody"])
    }

    @Test("A rule of no day never suppresses")
    func ruleOfNoDay() throws {
        var policy = Policy.byDays
        policy.overrides = [Policy.Override(reason: .userUnknown, domain: "dest.example", rule: never)]
        let suppressed = try state([report(1)], policy)
        #expect(suppressed?.suppression == nil)
        #expect(suppressed?.counters.hard == 1)
        #expect(try state([report(1, reason: "hasmoved")], policy)?.suppression != nil)
    }

    @Test("That a domain does not exist is believed after two reports with a day between, on a monthly list too")
    func hostUnknown() throws {
        func isSuppressed(_ days: [Int]) throws -> Bool {
            let reports = days.map { report($0, reason: "hostunknown", at: time(day: $0)) }
            return try state(reports, Policy.byDays)?.suppression != nil
        }
        for days in [[0], [0, 1], [0, 63], [5, 5]] { #expect(try !isSuppressed(days), "\(days)") }
        for days in [[0, 2], [0, 1, 2], [0, 7], [0, 31]] { #expect(try isSuppressed(days), "\(days)") }
        var policy = Policy.byDays
        policy.hostUnknown = Policy.Rule(days: 1, within: 30, quietDays: 30)
        #expect(try state([report(1, reason: "hostunknown")], policy)?.suppression != nil)
        // Null MX is said by the domain itself.
        #expect(try state([report(1, reason: "notaccept")], Policy.byDays)?.suppression != nil)
    }

    @Test("The override that names more counts, and of two alike the later")
    func specificity() throws {
        let soft = softReport(1, at: time(day: 0))
        let byDomain = Policy.Override(domain: "dest.example", rule: once)
        let byReason = Policy.Override(reason: .mailboxFull, rule: never)
        let byBoth = Policy.Override(reason: .mailboxFull, domain: "dest.example", rule: never)
        for (overrides, isSuppressed) in [
            ([byDomain, byReason], true), ([byReason, byDomain], true), ([byDomain, byBoth], false),
            ([byBoth, byDomain], false),
            ([byReason, Policy.Override(reason: .mailboxFull, rule: once)], true),
            ([Policy.Override(reason: .mailboxFull, rule: once), byReason], false),
        ] {
            var policy = Policy.byDays
            policy.overrides = overrides
            #expect((try state([soft], policy)?.suppression != nil) == isSuppressed)
        }
    }

    @Test("What an override counts is counted apart, and survives another override beside it")
    func apart() throws {
        var policy = Policy.byDays
        policy.overrides = [
            Policy.Override(reason: .mailboxFull, rule: Policy.Rule(days: 3, within: 30, quietDays: 30))
        ]
        let full = [0, 1].map { softReport($0, at: time(day: $0)) }
        let expired = (2..<6).map { day -> DeliveryEvent in
            var event = softReport(day, at: time(day: day))
            event.outcomes[0].reason = "expired"
            return event
        }
        #expect(try state(full + expired, policy)?.suppression == nil)
        #expect(try state(full + expired + [softReport(9, at: time(day: 9))], policy)?.suppression?.days == 3)
        var other = policy
        other.overrides.insert(Policy.Override(reason: .speeding, rule: once), at: 0)
        #expect(try state(full + expired, other)?.streaks == state(full + expired, policy)?.streaks)
    }

    @Test("A receipt clears the soft streaks of overrides, too")
    func receipt() throws {
        var policy = Policy.byDays
        policy.overrides = [
            Policy.Override(reason: .mailboxFull, rule: Policy.Rule(days: 3, within: 30, quietDays: 30))
        ]
        let events =
            [0, 1].map { softReport($0, at: time(day: $0)) }
            + [report(5, class: "delivery-receipt", kind: "delivered", at: time(day: 2))]
            + [softReport(6, at: time(day: 3))]
        #expect(try state(events, policy)?.streakDays == 1)
    }

    @Test("Every number of the policy is in its signature")
    func signature() {
        var seen: Set<String> = [Policy.byDays.signature]
        let changes: [(inout Policy) -> Void] = [
            { $0.hard.days = 2 }, { $0.hard.within = 31 }, { $0.hard.quietDays = 31 }, { $0.hard.expiryDays = 1 },
            { $0.softDays.days = 6 }, { $0.softDays.within = 31 }, { $0.softDays.quietDays = 31 },
            { $0.softDays.expiryDays = 1 },
            { $0.complaint.days = 2 }, { $0.complaint.within = 31 }, { $0.complaint.quietDays = 31 },
            { $0.complaint.expiryDays = 1 }, { $0.sender?.days = 5 }, { $0.sender?.within = 31 },
            { $0.sender?.quietDays = 31 }, { $0.sender?.expiryDays = 1 }, { $0.deliveryLiftsSoft = false },
            { $0.brake = nil }, { $0.soft = nil },
            { $0.brake?.minimum = 49 }, { $0.brake?.factor = 6 }, { $0.brake?.windowHours = 2 },
            { $0.brake?.baselineDays = 15 }, { $0.brake?.confirmAfterDays = 4 },
            { $0.overrides = [Policy.Override(reason: .expired, rule: Policy.byDays.hard)] },
            { $0.overrides = [Policy.Override(domain: "a", rule: Policy.byDays.hard)] },
            { $0.overrides = [Policy.Override(class: .complaint, rule: Policy.byDays.hard)] },
            { $0.overrides = [Policy.Override(cause: .hard, rule: Policy.byDays.hard)] },
            { $0.overrides = [Policy.Override(reason: .expired, rule: Policy.fiveDays)] },
        ]
        for change in changes {
            var policy = Policy.byDays
            change(&policy)
            #expect(seen.insert(policy.signature).inserted)
        }
    }

    @Test("An explanation tells each event and ends where the ledger is")
    func explain() throws {
        var policy = Policy.byDays
        policy.softExpiryDays = 10
        let ledger = try freshLedger(policy)
        #expect(try ledger.explain("bob@dest.example") == nil)
        try ledger.commit([
            softReport(1, at: time(day: 0)), softReport(2, at: time(day: 0, hour: 13)), softReport(3, at: time(day: 1)),
            report(4, class: "auto-reply", kind: "", at: time(day: 1, hour: 14)), softReport(5, at: time(day: 2)),
            softReport(6, at: time(day: 3)), softReport(7, at: time(day: 4)), softReport(8, at: time(day: 5)),
            softReport(9, at: time(day: 20)), report(10, at: time(day: 21)),
        ])
        try ledger.release(["bob@dest.example"], at: time(day: 22))
        let steps = try #require(try ledger.explain("Bob@dest.example"))
        #expect(
            steps.map(\.text) == [
                "day 1 of 5 within 30 days", "the same day as the last one: counted once, day 1 of 5",
                "day 2 of 5 within 30 days", "never counts against an address", "day 3 of 5 within 30 days",
                "day 4 of 5 within 30 days", "suppressed: soft bounces on 5 days (last mailboxfull)",
                "still suppressed, now until 2026-11-16T12:00:00Z",
                "the suppression ended at 2026-11-16T12:00:00Z; counted afresh",
                "suppressed: hard bounce (userunknown)", "lifted: hard bounce (userunknown)",
            ])
        #expect(steps.map(\.what).suffix(3) == ["soft", "hard", "release"])
        #expect(steps.last?.suppression == (try ledger.address("bob@dest.example")?.state.suppression))
        #expect(steps.map(\.streakDays) == [1, 1, 2, 2, 3, 4, 5, 6, 1, 1, 0])
    }

    @Test("An explanation tells of the brake and of what was pruned")
    func explainMore() throws {
        var policy = Policy.byDays
        policy.brake?.minimum = 4
        let ledger = try freshLedger(policy)
        try ledger.commit([
            report(99, class: "complaint", reason: "feedback", address: "u1@dest.example", at: time(day: 0))
        ])
        _ = try ledger.prune(olderThan: time(day: 1))
        try ledger.commit((0..<4).map { report($0, address: "u\($0)@dest.example", at: time(day: 3)) })
        #expect(
            try ledger.explain("u1@dest.example")?.map(\.text) == [
                "all that came before was pruned; complaint (feedback)", "still suppressed",
            ])
        #expect(
            try ledger.explain("u2@dest.example")?.map(\.text) == [
                "held back by the brake: many addresses of this domain had this in that hour"
            ])
        try ledger.decideBrake(provider: "dest.example", .release, at: time(day: 4))
        #expect(
            try ledger.explain("u2@dest.example")?.map(\.text) == [
                "not counted: the spike of that hour was released"
            ])
    }

    @Test("A simulation tells who would change sides, and is what the ledger becomes under that policy")
    func simulate() throws {
        var generator = SeededGenerator(seed: 41)
        let events = (0..<300).map { number -> DeliveryEvent in
            let address = "u\(Int.random(in: 0..<40, using: &generator))@d\(number % 3).example"
            let at = time(day: Int.random(in: 0..<12, using: &generator), hour: number % 2)
            return number % 9 == 0
                ? report(number, address: address, at: at) : softReport(number, address: address, at: at)
        }
        let folder = try TemporaryFolder()
        var policy = Policy.byDays
        policy.brake?.minimum = 3
        var others = [Policy.byDays, policy, policy, policy, policy]
        others[1].softDays.days = 2
        others[2].hard.days = 0
        others[3].brake = nil
        others[4].overrides = [Policy.Override(domain: "d0.example", rule: never)]
        func suppressed(_ ledger: LedgerStore) throws -> Set<String> {
            var found = Set<String>()
            try ledger.suppressed(at: time(day: 50)) { row in
                found.insert(row.address)
                return true
            }
            return found
        }
        /// Derived anew, also where it is shared.
        func ledger(at folder: TemporaryFolder, under policy: Policy) throws -> LedgerStore {
            let ledger = try LedgerStore(
                path: folder.ledger, mode: .readWrite, policy: policy, adoption: .onRebuild)
            try ledger.rebuild()
            return ledger
        }
        do { try LedgerStore(path: folder.ledger, mode: .readWrite, policy: policy).commit(events) }
        for other in others {
            do { _ = try ledger(at: folder, under: policy) }
            let before = folder.listing()
            let reader = try LedgerStore(path: folder.ledger, mode: .readOnly, policy: policy)
            let old = try suppressed(reader)
            var gained = Set<String>()
            var lost = Set<String>()
            try reader.simulate(other, at: time(day: 50)) { change in
                if change.before == nil { gained.insert(change.address) } else { lost.insert(change.address) }
                return true
            }
            #expect(folder.listing() == before)
            let under = try ledger(at: folder, under: other)
            let new = try suppressed(under)
            #expect(gained == new.subtracting(old))
            #expect(lost == old.subtracting(new))
            #expect(!gained.isEmpty || !lost.isEmpty)
        }
    }
}
