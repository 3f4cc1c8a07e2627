/// The canaries: whether the reports on them come back.
enum CanaryCheck {
    static let subject = "canary"

    static func findings(_ listing: CanaryListing) -> [Finding] {
        if listing.entries.isEmpty {
            return [
                .ok(
                    subject,
                    "none is configured; [canary] sends mails that must bounce, and gives the alarm if they do not "
                        + "(maildir-bounce canary --help)")
            ]
        }
        return listing.entries.map { entry in
            let what = "\(entry.kind.rawValue), \(entry.target): \(entry.sentence)"
            guard entry.level != .ok, let advice = listing.advice(entry) else { return .ok(subject, what) }
            let why = "bounces may not come back, and dead addresses are mailed again"
            return entry.level == .alarm
                ? .error(subject, what, why: why, mend: advice) : .warning(subject, what, why: why, mend: advice)
        }
    }
}
