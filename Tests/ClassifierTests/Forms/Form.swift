/// The report of one kind of server, in which a rejection text is quoted.
enum Form: String, Sendable, CaseIterable {
    /// Our own Postfix, which tells the stage.
    case postfix
    /// Sendmail's transcript, with its own summary of what the server said.
    case sendmail
    /// qmail, prose alone.
    case qmail
    /// Exim, prose and a delivery status.
    case exim
    /// OpenSMTPD, the text in the prose alone.
    case opensmtpd
    /// Fields of RFC 3464 that do not tell the stage.
    case plain = "rfc3464"
    /// Exchange 2013 and later: `Remote Server returned`.
    case exchange
    /// Exchange 2007 and 2010: `#SMTP#`.
    case exchangeSMTP = "exchange-smtp"
    /// Gmail, text and HTML.
    case gmail

    /// Whether the report tells which command was refused.
    var tellsStage: Bool { [.postfix, .sendmail, .qmail, .exim].contains(self) }

    /// Whether the report quotes the text at all: of a mail that waited for too long, two servers tell no more than that.
    func quotes(_ text: RejectionText) -> Bool {
        !(text.isTransient && [.opensmtpd, .exchangeSMTP].contains(self))
    }

    /// Whether the text has its meaning in this report.
    func shows(_ text: RejectionText) -> Bool { quotes(text) && (text.exempt == nil || tellsStage) }

    /// The mail that brings the text home.
    func mail(_ text: RejectionText) -> String {
        switch self {
        case .postfix: postfix(text)
        case .sendmail: sendmail(text)
        case .qmail: qmail(text)
        case .exim: exim(text)
        case .opensmtpd: openSMTPD(text)
        case .plain: plainReport(text)
        case .exchange: exchange(text)
        case .exchangeSMTP: exchangeSMTP(text)
        case .gmail: gmail(text)
        }
    }
}

extension Form {
    /// A report's header; without `relay`, our own Postfix delivered it.
    func header(
        from sender: String, subject: String, relay: String? = "relay.example", fields: [String] = [],
        contentType: String = "text/plain; charset=utf-8"
    ) -> String {
        let received =
            relay.map {
                "Received: from \($0) (\($0) [192.0.2.25])\n\tby mail.news.example (Postfix) with ESMTPS id 4XyAbd2Rt9"
                    + "\n\tfor <sender@news.example>; Mon, 23 Nov 2026 10:00:08 +0100 (CET)"
            }
            ?? "Received: by mail.news.example (Postfix)\n\tid 4XyAbd2Rt9; Mon, 23 Nov 2026 10:00:08 +0100 (CET)"
        let lines =
            [
                "Return-Path: <>", "Delivered-To: sender@news.example", received,
                "Date: Mon, 23 Nov 2026 10:00:07 +0100", "From: \(sender)", "To: sender@news.example",
                "Subject: \(subject)", "Message-ID: <20261123090007.4711@\(relay ?? "mail.news.example")>",
            ] + fields + ["MIME-Version: 1.0", "Content-Type: \(contentType)", "Content-Transfer-Encoding: 8bit"]
        return lines.joined(separator: "\n") + "\n\n"
    }

    /// A body of several parts; a report's by default.
    func parts(_ parts: [String], boundary: String) -> String {
        parts.map { "--\(boundary)\n\($0)\n" }.joined() + "--\(boundary)--\n"
    }

    func reportType(_ boundary: String) -> String {
        "multipart/report; report-type=delivery-status;\n\tboundary=\"\(boundary)\""
    }

    /// The header of the mail that was refused.
    func original(_ text: RejectionText) -> String {
        """
        Return-Path: <sender@news.example>
        Message-ID: <20261123.1000.letter@news.example>
        Date: Mon, 23 Nov 2026 10:00:00 +0100
        From: Letters <sender@news.example>
        To: \(text.recipient)
        Subject: Your November letter

        """
    }

    /// A part that returns that header.
    func returned(_ text: RejectionText) -> String { "Content-Type: text/rfc822-headers\n\n\(original(text))" }

    /// A part in plain text.
    func prose(_ prose: String) -> String {
        "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n\(prose)"
    }

    /// A delivery status for the one recipient.
    func fields(_ text: RejectionText, reporter: String, status: String, rest: [String] = []) -> String {
        let lines =
            [
                "Content-Type: message/delivery-status", "", "Reporting-MTA: dns; \(reporter)", "",
                "Final-Recipient: rfc822; \(text.recipient)", "Action: failed", "Status: \(status)",
            ] + rest
        return lines.joined(separator: "\n") + "\n"
    }
}
