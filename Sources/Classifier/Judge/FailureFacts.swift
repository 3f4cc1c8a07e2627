import MIME

/// What a report says about one failed recipient, before it is judged.
struct FailureFacts: Sendable {
    /// The texts that explain the failure, the most trusted first.
    var statements: [Statement] = []
    /// The Status field of the report (RFC 3464 section 2.3.4).
    let status: StatusCode?
    /// The remote MTA, the reporting MTA and the recipient's domain, lower case.
    let hosts: [String]
    /// The SMTP command that was refused, as the report names it.
    let command: SMTPCommand?
    /// The diagnostic is a program's output (x-unix), no server's reply.
    let isProgram: Bool
    /// The exit status that it starts with (sysexits.h).
    let exitStatus: Int?
    /// The report says that the delivery is still tried.
    let isDelayed: Bool
    /// What is decided before any word is weighed.
    var ruling: Ruling?
    private let isOwnWord: Bool
    private let quotation: StaticString?

    /// - Parameters:
    ///   - diagnostic: the text of the Diagnostic-Code field, in UTF-8.
    ///   - explanation: what the prose says of this recipient, as far as it is judged.
    ///   - address: the recipient; empty where nobody can read who it is.
    init(
        _ report: RecipientReport, diagnostic: [UInt8], explanation: [UInt8], address: String, reportingMTA: String?
    ) {
        status = report.status
        isDelayed = report.action == "delayed" || report.isDelayed
        var hosts: [String] = []
        hosts.reserveCapacity(3)
        if let host = report.remoteMTA { hosts.append(host) }
        if let host = reportingMTA { hosts.append(host) }
        if let domain = address.domainPart { hosts.append(domain) }
        self.hosts = hosts
        ruling = report.ruling
        isProgram = report.isProgram == true && !diagnostic.isEmpty
        exitStatus = isProgram ? Int(String(decoding: diagnostic.prefix { $0.isDigit }, as: UTF8.self)) : nil
        isOwnWord = report.isOwnWord
        quotation = explanation.isEmpty ? nil : report.quotation
        statements.reserveCapacity(4)
        if !diagnostic.isEmpty { statements.append(Statement(.diagnosticCode, diagnostic)) }
        if !explanation.isEmpty { statements.append(Statement(.text, explanation)) }
        var command = report.command
        for statement in statements.reversed() where command == nil {
            command = SMTPCommand.find(in: statement.folded)
        }
        self.command = command
    }

    /// Where the first statement stands.
    var place: String? { statements.first?.place.rawValue }

    /// Whether the reporting server looked for the mailbox itself, as its dialect or its words tell.
    var tellsOwnWord: Bool {
        guard let quotation, !isOwnWord, let text = statements.first(where: { $0.place == .text }) else {
            return isOwnWord
        }
        return !text.folded.contains(quotation)
    }
}
