extension Dialect {
    /// Google Groups: the group may not exist, or the sender may not post: two meanings in one text, so nobody is declared dead.
    static func googleGroups(_ reports: inout [RecipientReport], _ context: ReportContext) {
        let head = context.head
        let isAmbiguous =
            head.contains("may not exist, or you may not have permission")
            || head.contains("n'existe pas ou que vous")
            || head.contains("may not exist or you may not") || head.contains("support.google.com/a/answer/168383")
            || head.contains("groups.google.com/support")
        guard isAmbiguous else { return }
        for index in reports.indices {
            reports[index].ruling = Ruling(
                .rejected, rule: "google-groups/may-not-exist-or-no-permission", matched: nil)
        }
    }
}
