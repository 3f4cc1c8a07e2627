/// What a forger could do, by what `[trust]` requires. No setting is wrong, so nothing here is more than a remark.
enum TrustCheck {
    static let subject = "trust"

    static func finding(_ trust: TrustRule) -> Finding {
        switch trust.requirement {
        case .signed:
            .ok(subject, "only reports to a return path that we signed count: a forged one changes no counter")
        case .messageID:
            .ok(
                subject,
                "only reports that know a Message-ID of ours count: who got a mail of ours can forge one about anybody, at "
                    + "most \(trust.maximumAddresses) addresses with a mail; require = \"signed\" in [trust] ends that")
        case .none:
            .ok(
                subject,
                "whoever knows the return path can have addresses suppressed by forged reports, at most "
                    + "\(trust.maximumAddresses) with a mail; require = \"signed\" in [trust] ends that, once all mail is "
                    + "sent from signed return paths (maildir-bounce verp make)")
        }
    }
}
