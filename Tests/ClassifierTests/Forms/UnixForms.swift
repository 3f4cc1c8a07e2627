/// The reports of Postfix, Sendmail, qmail, Exim and OpenSMTPD, and fields alone.
extension Form {
    /// Postfix 3 (`bounce_notify_util.c`): the text with the command that it answers, and the fields.
    func postfix(_ text: RejectionText) -> String {
        let server = "host \(text.server)[192.0.2.77]"
        let command: String? =
            switch text.stage {
            case .greeting: nil
            case .hello: "EHLO"
            case .mail: "MAIL FROM"
            case .recipient: "RCPT TO"
            case .data: "end of DATA"
            }
        let said =
            command.map { "\(server) said: \(text.joined) (in reply to \($0) command)" }
            ?? "\(server) refused to talk to me: \(text.joined)"
        let boundary = "4XyAbd2Rt9.1795424408/mail.news.example"
        let notification = """
            This is the mail system at host mail.news.example.

            I'm sorry to have to inform you that your message could not
            be delivered to one or more recipients. It's attached below.

                               The mail system

            \(Form.wrap("<\(text.recipient)>: \(said)"))

            """
        // A greeting of 5xx is tried again, hence 4.
        let status = text.statusOrVague
        let report = fields(
            text, reporter: "mail.news.example", status: text.stage == .greeting ? "4\(status.dropFirst())" : status,
            rest: [
                "Original-Recipient: rfc822;\(text.recipient)", "Remote-MTA: dns; \(text.server)",
                Form.wrap("Diagnostic-Code: smtp; \(text.joined)"),
            ])
        return header(
            from: "Mail Delivery System <MAILER-DAEMON@mail.news.example>",
            subject: "Undelivered Mail Returned to Sender",
            relay: nil, fields: ["Auto-Submitted: auto-replied"], contentType: reportType(boundary))
            + parts([prose(notification), report, returned(text)], boundary: boundary)
    }

    /// Sendmail 8 (`savemail.c`, `usersmtp.c`): a transcript with its own words below the server's, and a status derived
    /// from the code.
    func sendmail(_ text: RejectionText) -> String {
        let first = text.lines[0]
        let command: String? =
            switch text.stage {
            case .greeting: nil
            case .hello: ">>> EHLO relay.example"
            case .mail: ">>> MAIL From:<sender@news.example> SIZE=1234"
            case .recipient: ">>> RCPT To:<\(text.recipient)>"
            case .data: ">>> DATA"
            }
        let namesUser = text.stage == .recipient && ["550", "551", "553"].contains(text.code)
        let summary =
            if text.isTransient {
                "<\(text.recipient)>... Deferred: \(first)\nMessage could not be delivered for 5 days\n"
                    + "Message will be deleted from queue"
            } else if namesUser {
                "550 5.1.1 <\(text.recipient)>... User unknown"
            } else {
                "554 5.0.0 Service unavailable"
            }
        let byCode = text.stage == .recipient ? Form.sendmailStatus[text.code ?? ""] : nil
        let status = text.isTransient ? "4.4.7" : text.status ?? byCode ?? "5.0.0"
        let transcript =
            ["... while talking to \(text.server).:", command].compactMap { $0 } + text.lines.map { "<<< \($0)" }
            + [summary]
        let boundary = "0AN902aB004711.1795424407/relay.example"
        let notification = """
            The original message was received at Mon, 23 Nov 2026 10:00:02 +0100
            from mail.news.example [192.0.2.10]

               ----- The following addresses had permanent fatal errors -----
            <\(text.recipient)>
                (reason: \(Form.shortened(first)))

               ----- Transcript of session follows -----
            \(transcript.joined(separator: "\n"))

            """
        let report = fields(
            text, reporter: "relay.example", status: status,
            rest: [
                "Remote-MTA: DNS; \(text.server)", "Diagnostic-Code: SMTP; \(first)",
                "Last-Attempt-Date: Mon, 23 Nov 2026 10:00:07 +0100",
            ])
        return header(
            from: "Mail Delivery Subsystem <MAILER-DAEMON@relay.example>",
            subject: "Returned mail: see transcript for details",
            fields: ["Auto-Submitted: auto-generated (failure)"], contentType: reportType(boundary))
            + "This is a MIME-encapsulated message\n\n"
            + parts([prose(notification), report, returned(text)], boundary: boundary)
    }

    /// The status that Sendmail derives from a code that refuses a recipient (`smtprcptstat`).
    private static let sendmailStatus = ["550": "5.1.1", "551": "5.1.6", "552": "5.2.2", "553": "5.1.3"]

    /// qmail 1.03 (`qmail-remote.c`, `qmail-send.c`).
    func qmail(_ text: RejectionText) -> String {
        let server = "192.0.2.77"
        let said =
            switch text.stage {
            case .greeting: "Connected to \(server) but greeting failed."
            case .hello: "Connected to \(server) but my name was rejected."
            case .mail: "Connected to \(server) but sender was rejected."
            case .recipient: "\(server) does not like recipient."
            case .data: "\(server) failed after I sent the message."
            }
        let end =
            text.isTransient
            ? "I'm not going to try again; this message has been in the queue too long." : "Giving up on \(server)."
        return header(from: "MAILER-DAEMON@relay.example", subject: "failure notice") + """
            Hi. This is the qmail-send program at relay.example.
            I'm afraid I wasn't able to deliver your message to the following addresses.
            This is a permanent error; I've given up. Sorry it didn't work out.

            <\(text.recipient)>:
            \(said)
            Remote host said: \(text.lines.joined(separator: "\n"))
            \(end)

            --- Below this line is a copy of the message.

            \(original(text))
            """
    }

    /// Exim 4 (`deliver.c`): the status is always 5.0.0.
    func exim(_ text: RejectionText) -> String {
        let command =
            switch text.stage {
            case .greeting: "initial connection"
            case .hello: "EHLO relay.example"
            case .mail: "MAIL FROM:<sender@news.example> SIZE=1234"
            case .recipient: "RCPT TO:<\(text.recipient)>"
            case .data: "end of data"
            }
        let end = text.isTransient ? ": retry timeout exceeded" : ""
        let boundary = "1795424407-eximdsn-1804289383"
        let notification = """
            This message was created automatically by mail delivery software.

            A message that you sent could not be delivered to one or more of its
            recipients. This is a permanent error. The following address(es) failed:

              \(text.recipient)
                host \(text.server) [192.0.2.77]
                SMTP error from remote mail server after \(command):
                \(text.lines.joined(separator: "\n    "))\(end)

            """
        let report = fields(
            text, reporter: "relay.example", status: "5.0.0",
            rest: [
                "Remote-MTA: dns; \(text.server)", "Diagnostic-Code: smtp; \(text.lines.joined(separator: "\n "))",
            ])
        return header(
            from: "Mail Delivery System <Mailer-Daemon@relay.example>",
            subject: "Mail delivery failed: returning message to sender",
            fields: ["X-Failed-Recipients: \(text.recipient)", "Auto-Submitted: auto-replied"],
            contentType: reportType(boundary))
            + parts([prose(notification), report, returned(text)], boundary: boundary)
    }

    /// OpenSMTPD 7 (`bounce.c`): the first line whole, of the others the words (`mta_session.c`).
    func openSMTPD(_ text: RejectionText) -> String {
        let others = text.lines.dropFirst().map { line in
            let words = line.dropFirst(4)
            return text.status.map { words.hasPrefix($0) ? String(words.dropFirst($0.count)) : String(words) }
                ?? String(words)
        }
        let boundary = "6a1f0c1b2d3e4f50/relay.example"
        let notification = """
                Hi!

                This is the MAILER-DAEMON, please DO NOT REPLY to this email.

                An error has occurred while attempting to deliver a message for
                the following list of recipients:

            \(text.recipient): \(text.lines[0])\(others.joined())

                Below is a copy of the original message:

            """
        return header(
            from: "Mailer Daemon <MAILER-DAEMON@relay.example>", subject: "Delivery status notification: error",
            contentType: "multipart/mixed;\n\tboundary=\"\(boundary)\"")
            + "This is a MIME-encapsulated message.\n\n"
            + parts(
                [prose(notification), fields(text, reporter: "relay.example", status: "5.0.0"), returned(text)],
                boundary: boundary)
    }

    /// Fields of RFC 3464 by a server that says no more than what it was told.
    func plainReport(_ text: RejectionText) -> String {
        let boundary = "b1795424407"
        let report = fields(
            text, reporter: "relay.example", status: text.isTransient ? "4.0.0" : "5.0.0",
            rest: ["Remote-MTA: dns; \(text.server)", "Diagnostic-Code: smtp; \(text.joined)"])
        return header(
            from: "Mail Delivery System <MAILER-DAEMON@relay.example>",
            subject: "Delivery Status Notification (Failure)",
            contentType: reportType(boundary))
            + parts(
                [
                    prose(
                        "Your message could not be delivered to the following recipient:\n\n\(text.recipient)\n"),
                    report, returned(text),
                ], boundary: boundary)
    }

    /// A text in lines of at most 79 characters, as Postfix wraps it.
    private static func wrap(_ text: String) -> String {
        var lines = [""]
        for word in text.components(separatedBy: " ") {
            let last = lines[lines.count - 1]
            if last.isEmpty {
                lines[lines.count - 1] = word
            } else if last.count + 1 + word.count > 79, last.contains(where: { $0 != " " }) {
                lines.append("    \(word)")
            } else {
                lines[lines.count - 1] = "\(last) \(word)"
            }
        }
        return lines.joined(separator: "\n")
    }

    /// A text without its middle, as Sendmail shortens one (`shortenstring`, MAXSHORTSTR).
    private static func shortened(_ text: String) -> String {
        text.count <= 203 ? text : "\(text.prefix(99))...\(text.suffix(98))"
    }
}
