extension Dialect {
    /// KDDI au (ezweb.ne.jp, au.com): one sentence in English tells a disabled account or a domain filter; the same `User unknown` for all.
    static func ezweb(_ reports: inout [RecipientReport], _ context: ReportContext) {
        let head = context.head
        let ruling: Ruling? =
            if head.contains("user(s) account is disabled") {
                Ruling(.suspend, rule: "ezweb/disabled", matched: "user(s) account is disabled")
            } else if head.contains("user(s) account is temporarily over quota") {
                Ruling(.mailboxFull, rule: "ezweb/over-quota", matched: "user(s) account is temporarily over quota")
            } else if head.contains("was rejected by a remote mail server") {
                Ruling(.filtered, rule: "ezweb/domain-filter", matched: "was rejected by a remote mail server")
            } else { nil }
        guard let ruling else { return }
        for index in reports.indices {
            // A dialogue that shows RCPT refused says more than the sentence.
            if ruling.reason == .filtered, SMTPCommand.find(in: FoldedText(reports[index].explanation)) == .rcpt {
                continue
            }
            reports[index].ruling = ruling
        }
    }
}
