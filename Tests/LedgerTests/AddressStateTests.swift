import TestSupport
import Testing
import Verdict

@testable import Ledger

@Suite("The policy: what a set of events makes of an address")
struct AddressStateTests {
    private func event(
        _ effect: AddressEvent.Effect, day: Int, hour: Int = 12, number: Int = 0, reason: Token<Reason> = "userunknown",
        ordinal: Int64 = 0, spelling: String? = nil
    ) -> AddressEvent {
        AddressEvent(
            arrival: time(day: day, hour: hour), fingerprint: fingerprint(day * 100 + hour + number * 10_000),
            ordinal: ordinal, effect: effect, reason: reason, spelling: spelling)
    }

    private func soft(_ days: [Int], policy: Policy = Policy.byDays) -> AddressState {
        AddressState.derive(days.map { event(.soft, day: $0, reason: "mailboxfull") }, policy: policy)
    }

    @Test("No event, no state")
    func empty() {
        #expect(AddressState.derive([], policy: Policy.byDays) == AddressState())
    }

    @Test("One hard bounce suppresses, from its arrival, without an end")
    func hard() {
        let state = AddressState.derive([event(.hard, day: 3)], policy: Policy.byDays)
        #expect(
            state.suppression
                == Suppression(cause: .hard, reason: "userunknown", since: time(day: 3), until: nil, days: 1))
        #expect(state.counters.hard == 1)
        #expect(state.firstSeen == time(day: 3))
        #expect(state.lastSeen == time(day: 3))
    }

    @Test("One complaint suppresses")
    func complaint() {
        let state = AddressState.derive([event(.complaint, day: 1, reason: "feedback")], policy: Policy.byDays)
        #expect(state.suppression?.cause == .complaint)
        #expect(state.counters.complaint == 1)
    }

    @Test("Soft bounces on four days do not suppress, on five they do, from the fifth on")
    func softDays() {
        #expect(soft([0, 1, 2, 3]).suppression == nil)
        #expect(soft([0, 1, 2, 3]).streakDays == 4)
        let state = soft([0, 1, 2, 3, 4])
        #expect(
            state.suppression
                == Suppression(cause: .soft, reason: "mailboxfull", since: time(day: 4), until: nil, days: 5))
    }

    @Test("Any number of soft bounces on one UTC day is one day")
    func oncePerDay() {
        let events = (0..<24).flatMap { hour in
            [event(.soft, day: 0, hour: hour), event(.soft, day: 0, hour: hour, number: 1)]
        }
        let state = AddressState.derive(events, policy: Policy.byDays)
        #expect(state.suppression == nil)
        #expect(state.counters.soft == 48)
        #expect(state.streakDays == 1)
        let midnight = [event(.soft, day: 0, hour: 23), event(.soft, day: 1, hour: 0)]
        #expect(AddressState.derive(midnight, policy: Policy.byDays).streakDays == 2)
    }

    @Test("The five days must lie within thirty, the first and the last included")
    func window() {
        #expect(soft([0, 10, 20, 25, 29]).suppression != nil)
        #expect(soft([0, 10, 20, 25, 30]).suppression == nil)
        #expect(soft([0, 10, 20, 25, 30]).streakDays == 4)
    }

    @Test("After thirty quiet days the streak begins anew")
    func quiet() {
        var policy = Policy.byDays
        policy.softDays.within = 365
        // Between day 3 and day 33 lie 29 days, between 3 and 34 thirty.
        #expect(soft([0, 1, 2, 3, 33], policy: policy).suppression != nil)
        #expect(soft([0, 1, 2, 3, 34], policy: policy).suppression == nil)
        #expect(soft([0, 1, 2, 3, 34], policy: policy).streakDays == 1)
    }

    @Test("Every number of the soft rule decides: one less or one more changes the outcome")
    func numbers() {
        var policy = Policy.byDays
        policy.softDays.days = 4
        #expect(soft([0, 1, 2, 3], policy: policy).suppression != nil)
        policy.softDays.days = 6
        #expect(soft([0, 1, 2, 3, 4], policy: policy).suppression == nil)
        policy = Policy.byDays
        policy.softDays.within = 29
        #expect(soft([0, 10, 20, 25, 29], policy: policy).suppression == nil)
        policy.softDays.within = 31
        #expect(soft([0, 10, 20, 25, 30], policy: policy).suppression != nil)
        policy = Policy.byDays
        policy.softDays.days = 0
        #expect(soft([0, 1, 2, 3, 4, 5, 6], policy: policy).suppression == nil)
        policy = Policy.byDays
        policy.hard.days = 2
        #expect(AddressState.derive([event(.hard, day: 0)], policy: policy).suppression == nil)
        #expect(AddressState.derive([event(.hard, day: 0), event(.hard, day: 1)], policy: policy).suppression != nil)
        policy = Policy.byDays
        policy.complaint.days = 2
        #expect(AddressState.derive([event(.complaint, day: 0)], policy: policy).suppression == nil)
    }

    @Test("A delivery receipt clears the soft streak and lifts a soft suppression")
    func delivered() {
        var events = [0, 1, 2, 3].map { event(.soft, day: $0) }
        events.append(event(.delivered, day: 3, hour: 13))
        events.append(event(.soft, day: 4))
        #expect(AddressState.derive(events, policy: Policy.byDays).suppression == nil)
        #expect(AddressState.derive(events, policy: Policy.byDays).streakDays == 1)

        events = [0, 1, 2, 3, 4].map { event(.soft, day: $0) } + [event(.delivered, day: 5)]
        #expect(AddressState.derive(events, policy: Policy.byDays).suppression == nil)
        var policy = Policy.byDays
        policy.deliveryLiftsSoft = false
        #expect(AddressState.derive(events, policy: policy).suppression != nil)
    }

    @Test("A delivery receipt does not lift what a hard bounce or a complaint did")
    func deliveredAfterHard() {
        for effect in [AddressEvent.Effect.hard, .complaint] {
            let state = AddressState.derive([event(effect, day: 0), event(.delivered, day: 1)], policy: Policy.byDays)
            #expect(state.suppression != nil)
        }
    }

    @Test("Auto-replies, delays and what counts for nobody are counted and never suppress")
    func harmless() {
        for effect in [AddressEvent.Effect.autoReply, .delayed, .other] {
            let state = AddressState.derive((0..<40).map { event(effect, day: $0) }, policy: Policy.byDays)
            #expect(state.suppression == nil)
            #expect(state.streakDays == 0)
            #expect(state.counters.autoReply + state.counters.delayed + state.counters.other == 40)
        }
    }

    @Test("A soft suppression may end, counted from the last soft bounce, and then the count starts again")
    func expiry() {
        var policy = Policy.byDays
        policy.softExpiryDays = 10
        var events = [0, 1, 2, 3, 4, 6].map { event(.soft, day: $0) }
        let state = AddressState.derive(events, policy: policy)
        #expect(state.suppression?.since == time(day: 4))
        #expect(state.suppression?.until == time(day: 16))
        #expect(state.suppression?.holds(at: time(day: 16) - 1) == true)
        #expect(state.suppression?.holds(at: time(day: 16)) == false)
        events.append(event(.soft, day: 16))
        let later = AddressState.derive(events, policy: policy)
        #expect(later.suppression == nil)
        #expect(later.streakDays == 1)
    }

    @Test("A stronger cause takes over and keeps the beginning; a weaker one changes nothing")
    func precedence() {
        let softs = [0, 1, 2, 3, 4].map { event(.soft, day: $0) }
        let hard = AddressState.derive(softs + [event(.hard, day: 6)], policy: Policy.byDays)
        #expect(hard.suppression?.cause == .hard)
        #expect(hard.suppression?.since == time(day: 4))
        let complaint = AddressState.derive(
            [event(.complaint, day: 0, reason: "feedback"), event(.hard, day: 1)], policy: Policy.byDays)
        #expect(complaint.suppression?.cause == .complaint)
        #expect(complaint.suppression?.reason == "feedback")
    }

    @Test("A report that names an address twice counts once, with the worst it says")
    func twiceInOneReport() {
        let events = [
            event(.soft, day: 0, ordinal: 0), event(.hard, day: 0, ordinal: 1), event(.delivered, day: 0, ordinal: 2),
        ]
        for order in permutations(events) {
            let state = AddressState.derive(order, policy: Policy.byDays)
            #expect(state.counters.hard == 1)
            #expect(state.counters.soft == 0)
            #expect(state.counters.delivered == 0)
        }
    }

    @Test("The spelling is that of the first report")
    func spelling() {
        let events = [event(.soft, day: 1, spelling: "BOB@x"), event(.soft, day: 0, spelling: "Bob@x")]
        #expect(AddressState.derive(events, policy: Policy.byDays).spelling == "Bob@x")
    }

    @Test("The order of events changes nothing, and going on from a state is deriving from all")
    func fold() {
        var generator = SeededGenerator(seed: 7)
        let effects: [AddressEvent.Effect] = [.soft, .soft, .soft, .soft, .hard, .delivered, .delayed, .complaint]
        for round in 0..<200 {
            var policy = Policy.byDays
            policy.softDays.days = Int.random(in: 1...5, using: &generator)
            policy.hard.days = Int.random(in: 1...3, using: &generator)
            policy.softExpiryDays = Bool.random(using: &generator) ? 3 : nil
            policy.hard.expiryDays = Bool.random(using: &generator) ? 5 : nil
            let events = (0..<20).map { index in
                event(
                    effects.randomElement(using: &generator) ?? .soft, day: Int.random(in: 0...40, using: &generator),
                    hour: Int.random(in: 0...23, using: &generator), number: index + round)
            }
            let whole = AddressState.derive(events, policy: policy)
            #expect(AddressState.derive(events.shuffled(using: &generator), policy: policy) == whole)
            let sorted = events.sorted(by: AddressEvent.precedes)
            let cut = Int.random(in: 0...20, using: &generator)
            let first = AddressState.derive(Array(sorted[..<cut]), policy: policy)
            #expect(AddressState.derive(Array(sorted[cut...]), from: first, policy: policy) == whole)
        }
    }

    @Test(
        "What an outcome means depends on the class of its report",
        arguments: [
            ("hard-bounce", "hard", "550", "5.1.1", AddressEvent.Effect.hard),
            ("hard-bounce", "soft", "452", "4.2.2", .soft),
            ("hard-bounce", "delayed", nil, nil, .delayed),
            ("hard-bounce", "delivered", "250", "2.0.0", .delivered),
            // A 4xx is never hard.
            ("hard-bounce", "hard", "450", "5.1.1", .soft),
            ("hard-bounce", "hard", nil, "4.1.1", .soft),
            ("hard-bounce", "hard", nil, nil, .hard),
            ("soft-bounce", "soft", "550", "5.7.1", .soft),
            ("delay-notice", "delayed", "450", "4.4.1", .delayed),
            ("delay-notice", "hard", "550", "5.1.1", .other),
            ("delay-notice", "soft", nil, nil, .other),
            ("delivery-receipt", "delivered", nil, "2.0.0", .delivered),
            ("delivery-receipt", "hard", nil, nil, .other),
            ("complaint", "hard", nil, nil, .complaint),
            ("complaint", "", nil, nil, .complaint),
            ("auto-reply", "hard", nil, nil, .autoReply),
            ("double-bounce", "hard", "550", "5.1.1", .other),
            ("postmaster-notice", "hard", "550", "5.1.1", .other),
            ("not-a-bounce", "hard", nil, nil, .other),
            ("hard-bounce", "gone", nil, nil, .other),
            ("unheard-of", "hard", nil, nil, .other),
            ("unsubscribe", "hard", nil, nil, .other),
            ("hard-bounce", "hard postmark", nil, nil, .relay),
            ("soft-bounce", "soft postmark", "452", nil, .soft),
            // A relay that a newer version knows.
            ("soft-bounce", "soft new relay", nil, nil, .relay),
            ("soft-bounce", "gone postmark", nil, nil, .other),
            ("soft-bounce", "soft own-refusal", nil, nil, .other),
            ("delay-notice", "soft postmark", nil, nil, .other),
        ] as [(String, String, String?, String?, AddressEvent.Effect)])
    func effects(_ row: (String, String, String?, String?, AddressEvent.Effect)) {
        #expect(
            AddressEvent.Effect(class: Token(text: row.0), fate: Fate(text: row.1), replyCode: row.2, status: row.3)
                == row.4)
    }

    @Test("Streaks survive being stored, and damaged ones are noticed")
    func coding() {
        let streaks = [Streak(name: "hard", days: [0, 1, 20_781]), Streak(name: "soft/mailboxfull", days: [20_000])]
        let bytes = StreakCoding.encode(streaks)
        #expect(StreakCoding.encode([]) == nil)
        #expect(bytes.map { $0.withUnsafeBytes(StreakCoding.decode) } == streaks)
        for count in 1..<(bytes?.count ?? 0) {
            let part = Array((bytes ?? []).prefix(count))
            #expect(part.withUnsafeBytes(StreakCoding.decode) != streaks)
        }
        #expect([0xFF, 0xFF].withUnsafeBytes(StreakCoding.decode) == nil)
        let endless = [UInt8](repeating: 0xFF, count: 30)
        #expect(endless.withUnsafeBytes(StreakCoding.decode) == nil)
    }
}
