extension Dialect {
    /// Google Groups: the group may not exist, or the sender may not post: two meanings in one text, so nobody is declared dead.
    static let googleGroups = Dialect(
        "google-groups",
        signs: [
            (.text, "groups.google.com"),
            (.text, "google groups"),
            (.text, "google group"),
            (.text, "googlegroups.com"),
        ],
        mend: { reports, context in
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
        })
}
