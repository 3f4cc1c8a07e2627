extension Dialect {
    /// OpenSMTPD: multipart/mixed; `Hi! This is the MAILER-DAEMON, please DO NOT REPLY to this email.`; the last report still says `delayed`, under `Envelope expired`.
    static func openSMTPD(_ reports: inout [RecipientReport], _ context: ReportContext) {
        // The queue lifetime has expired and the envelope was removed, although the text promises more attempts.
        guard context.head.contains("envelope expired") else { return }
        for index in reports.indices {
            let said = FoldedText(reports[index].explanation)
            guard said.contains("envelope expired") || reports[index].status?.detail == 7 else { continue }
            if reports[index].action == "delayed" { reports[index].action = "failed" }
            reports[index].isFinal = true
        }
    }
}
