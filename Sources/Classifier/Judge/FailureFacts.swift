import MIME

/// What a report says about one failed recipient, the input of the judge.
struct FailureFacts: Sendable {
    /// The texts that explain the failure.
    var statements: [Statement]
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
    /// The report says that delivery is still being tried.
    let isDelayed: Bool
    /// A decision that precedes all words.
    var ruling: Ruling?
    /// To whom the addresses and hosts in the texts belong.
    let parties: Parties

    /// - Parameters:
    ///   - diagnostic: the text of the Diagnostic-Code field, in UTF-8.
    ///   - explanation: what the prose says about this recipient, within the limit.
    ///   - address: the recipient; empty if nobody can read who it is.
    init(
        _ report: RecipientReport, diagnostic: [UInt8], explanation: [UInt8], address: String, reportingMTA: String?,
        senders: [String] = []
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
        parties = Parties(
            recipients: [address, report.finalRecipient, report.originalRecipient].compactMap { $0 }, senders: senders)
        var statements: [Statement] = []
        statements.reserveCapacity(4)
        if isProgram {
            statements.append(Statement(.diagnosticCode, diagnostic, by: .remote))
        } else {
            StatementReader(diagnostic.span, isField: true, of: parties.recipients).add(
                to: &statements, at: .diagnosticCode, own: .field)
        }
        StatementReader(explanation.span, of: parties.recipients).add(to: &statements, at: .text, own: .reporter)
        var command = report.command
        for statement in statements.reversed() where command == nil {
            command = SMTPCommand.find(in: statement.folded)
        }
        self.statements = statements
        self.command = command
    }

    /// Where the first statement is.
    var place: String? { statements.first?.place.rawValue }

    /// Whether one of ``hosts`` is one of the domains, or below it.
    func isFrom(_ domains: [String]) -> Bool { HostName.areAny(hosts, below: domains) }
}
