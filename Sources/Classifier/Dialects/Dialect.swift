import CRules
import MIME

/// The format of one server's reports, as far as it differs from RFC 3464 (Rules/servers.toml).
package struct Dialect: Sendable {
    /// Where a phrase that identifies the server is.
    package enum Place: Int, Sendable, CaseIterable {
        case text, subject, from, mailer, messageID, boundary

        /// The key of the signs in Rules/servers.toml.
        package var key: String {
            switch self {
            case .text: "text"
            case .subject: "subject"
            case .from: "from"
            case .mailer: "mailer"
            case .messageID: "message-id"
            case .boundary: "boundary"
            }
        }

        /// Where the signs, and the servers' numbers by phrase, are.
        package var sections: (words: RuleTable.Section, meanings: RuleTable.Section) {
            switch self {
            case .text: (.signTextWords, .signTextMeanings)
            case .subject: (.signSubjectWords, .signSubjectMeanings)
            case .from: (.signFromWords, .signFromMeanings)
            case .mailer: (.signMailerWords, .signMailerMeanings)
            case .messageID: (.signMessageIDWords, .signMessageIDMeanings)
            case .boundary: (.signBoundaryWords, .signBoundaryMeanings)
            }
        }
    }

    /// Stable name, `Verdict.dialect`.
    let name: String
    /// What needs code.
    let code: ServerCode?
    /// The sentences of a server that looks up the mailbox itself and reports the result in its own words, without a
    /// code.
    private let sentences: [(words: String, reason: Reason)]

    init(_ record: crules_server, of table: RuleTable) {
        name = table.string(record.id)
        code = record.code == 0 ? nil : ServerCode.allCases[Int(record.code) - 1]
        let all = table.records(.sentences, of: crules_meaning.self)
        sentences = all[Int(record.sentences.at)..<Int(record.sentences.at + record.sentences.count)].map {
            (table.string($0.words), Reason(number: $0.meaning))
        }
    }

    /// Applies what is known of the server to what was read of its report.
    func apply(to reports: inout [RecipientReport], _ context: ReportContext) {
        adjust(&reports, context)
        readSentences(of: &reports, context)
    }

    /// Lets the server's code adjust what was read.
    func adjust(_ reports: inout [RecipientReport], _ context: ReportContext) { code?.adjust(&reports, context) }

    /// Lets the server's own sentences say what became of recipients.
    func readSentences(of reports: inout [RecipientReport], _ context: ReportContext) {
        guard !sentences.isEmpty else { return }
        for index in reports.indices where reports[index].ruling == nil {
            let own = reports[index].diagnostic + [0x0A] + reports[index].explanation
            let said = own.count > 1 || reports.count > 1 ? FoldedText(own) : context.head
            // The first one in a recipient's text decides.
            guard let hit = sentences.first(where: { said.contains($0.words) }) else { continue }
            reports[index].ruling = Ruling(hit.reason, rule: "\(name)/sentence", matched: hit.words)
        }
    }
}

/// The servers that need code, by their names in Rules/servers.toml.
package enum ServerCode: String, CaseIterable, Sendable {
    case aol, dma, exim, ezweb, opensmtpd, sendmail, sendmail5
    case googleGroups = "google-groups"

    fileprivate func adjust(_ reports: inout [RecipientReport], _ context: ReportContext) {
        switch self {
        case .aol: Dialect.aol(&reports, context)
        case .dma: Dialect.dragonfly(&reports, context)
        case .exim: Dialect.exim(&reports, context)
        case .ezweb: Dialect.ezweb(&reports, context)
        case .opensmtpd: Dialect.openSMTPD(&reports, context)
        case .sendmail: Dialect.sendmail(&reports, context)
        case .sendmail5: Dialect.sendmail5(&reports, context)
        case .googleGroups: Dialect.googleGroups(&reports, context)
        }
    }
}
