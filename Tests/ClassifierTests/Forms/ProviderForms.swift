/// The reports of Exchange and Gmail, which add prose of their own by the status.
extension Form {
    /// Exchange 2013 and Exchange Online.
    func exchange(_ text: RejectionText) -> String {
        let host = "DB9PR01MB0001.eurprd01.prod.relay.example"
        let returned =
            text.isTransient
            ? """
            11/23/2026 9:00:05 AM - Remote Server at \(text.domain) (192.0.2.77) returned '550 4.4.7 QUEUE.Expired; message expired'
            11/23/2026 8:45:02 AM - Remote Server at \(text.domain) (192.0.2.77) returned '\(text.joined)'
            """ : "\(text.server)\nRemote Server returned '\(text.joined)'"
        let advice =
            switch text.status?.prefix(4) {
            case "5.1.":
                "The email address you entered couldn't be found. Please check the recipient's email address and try to "
                    + "resend the message. If the problem continues, please contact your email admin."
            case "5.2.":
                "The recipient's mailbox is full and can't accept messages now, or it is not available. Please try "
                    + "resending your message later, or contact the recipient directly."
            case "5.7.":
                "Your message wasn't delivered because the recipient's email provider rejected it."
            default:
                "A problem occurred during the delivery of this message to this email address. Try sending this message "
                    + "again. If the problem continues, please contact your email admin."
            }
        let notification = """
            Delivery has failed to these recipients or groups:

            \(text.recipient)
            \(advice)

            The following organization rejected your message: \(text.server).

            Diagnostic information for administrators:

            Generating server: \(host)

            \(text.recipient)
            \(returned)

            Original message headers:

            \(original(text))
            """
        let code = text.isTransient ? "550 4.4.7 QUEUE.Expired; message expired" : text.joined
        return exchangeReport(
            text, host: host, notification: notification,
            status: text.isTransient ? "4.4.7" : text.statusOrVague, diagnostic: code)
    }

    /// Exchange 2007 and 2010; without a status of the server's, 5.5.0.
    func exchangeSMTP(_ text: RejectionText) -> String {
        let status = text.status ?? "5.5.0"
        let advice =
            switch status.prefix(4) {
            case "5.1.":
                "The recipient's e-mail address was not found in the recipient's e-mail system. Microsoft Exchange will not "
                    + "try to redeliver this message for you. Please check the e-mail address and try resending this message, "
                    + "or provide the following diagnostic text to your system administrator."
            case "5.2.":
                "The recipient's mailbox is full or not available. Microsoft Exchange will not try to redeliver this message "
                    + "for you. Please try resending it later."
            case "5.7.":
                "Your message wasn't delivered because of security policies. Microsoft Exchange will not try to redeliver "
                    + "this message for you. Please provide the following diagnostic text to your system administrator."
            default:
                "There was a problem delivering the message to this e-mail address, or the recipient's system does not "
                    + "accept it. Microsoft Exchange will not try to redeliver this message for you."
            }
        let notification = """
            Delivery has failed to these recipients or distribution lists:

            \(text.recipient)<mailto:\(text.recipient)>
            \(advice)

            The following organization rejected your message: \(text.server).

            ________________________________
            Sent by Microsoft Exchange Server 2007


            Diagnostic information for administrators:

            Generating server: mail.relay.example

            \(text.recipient)
            \(text.server) #<\(text.server) #\(status) smtp;\(text.joined)> #SMTP#

            Original message headers:

            \(original(text))
            """
        return exchangeReport(
            text, host: "mail.relay.example", notification: notification, status: status,
            diagnostic: "\(text.joined) #SMTP#")
    }

    private func exchangeReport(
        _ text: RejectionText, host: String, notification: String, status: String, diagnostic: String
    ) -> String {
        let boundary = "_7c9a6d01-5b0e-4a3c-9f1e-0a2b4c6d8e10_"
        let report = fields(
            text, reporter: host, status: status,
            rest: [
                "Remote-MTA: dns;\(text.server)", "Diagnostic-Code: smtp;\(diagnostic)",
                "X-Display-Name: \(text.recipient)",
            ])
        return header(
            from: "Microsoft Exchange <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@relay.example>",
            subject: "Undeliverable: Your November letter", relay: "mail.relay.example",
            fields: ["Auto-Submitted: auto-replied", "Content-Language: en-US", "X-MS-Exchange-Message-Is-Ndr:"],
            contentType: reportType(boundary))
            + parts(
                [
                    "Content-Type: text/plain; charset=\"utf-8\"\nContent-Transfer-Encoding: quoted-printable\n\n"
                        + Form.quotedPrintable(notification), report, returned(text),
                ], boundary: boundary)
    }

    /// Gmail: text and HTML with a heading of its own, and the fields.
    func gmail(_ text: RejectionText) -> String {
        let (heading, words) =
            switch text.status?.prefix(4) {
            case "5.1.":
                (
                    "Address not found",
                    "Your message wasn't delivered to \(text.recipient) because the address couldn't be found, or is unable "
                        + "to receive mail."
                )
            case "5.2.", "4.2.":
                (
                    "Recipient inbox full",
                    "Your message couldn't be delivered to \(text.recipient). Their inbox is full, or it's getting too much "
                        + "mail right now."
                )
            case "5.7.":
                (
                    "Message blocked",
                    "Your message to \(text.recipient) has been blocked. See technical details below for more information."
                )
            default:
                (
                    "Message not delivered",
                    "There was a problem delivering your message to \(text.recipient). See the technical details below."
                )
            }
        let plain = """
            ** \(heading) **

            \(words)



            The response from the remote server was:
            \(text.joined)

            """
        let html = """
            <html>
            <head>
            <style>
            * { font-family:Roboto, "Helvetica Neue", Helvetica, Arial, sans-serif; }
            </style>
            </head>
            <body>
            <table cellpadding="0" cellspacing="0" class="email-wrapper" style="padding-top:32px;background-color:#ffffff;"><tbody>
            <tr><td>
            <h2 style="color:#262626;font-size:26px;">\(heading)</h2>
            <p>\(Form.escaped(words))</p>
            <p style="font-size:17px;">The response from the remote server was:</p>
            <p style="font-family:monospace">\(Form.escaped(text.joined))</p>
            </td></tr>
            </tbody></table>
            </body>
            </html>

            """
        let alternative = parts(
            [
                "Content-Type: text/plain; charset=\"UTF-8\"\nContent-Transfer-Encoding: quoted-printable\n\n"
                    + Form.quotedPrintable(plain),
                "Content-Type: text/html; charset=\"UTF-8\"\nContent-Transfer-Encoding: quoted-printable\n\n"
                    + Form.quotedPrintable(html),
            ], boundary: "000000000000a1b2c3d4e5f6aaaa")
        let report = fields(
            text, reporter: "googlemail.com", status: text.statusOrVague,
            rest: [
                "Remote-MTA: dns; \(text.server). (192.0.2.77, the server for the domain\n \(text.domain).)",
                "Diagnostic-Code: smtp; \(text.lines.joined(separator: "\n "))",
                "Last-Attempt-Date: Mon, 23 Nov 2026 01:00:07 -0800 (PST)",
            ])
        let boundary = "000000000000a1b2c3d4e5f60718"
        return header(
            from: "Mail Delivery Subsystem <mailer-daemon@googlemail.com>",
            subject: "Delivery Status Notification (Failure)", relay: "mail-ej1-f73.google.com",
            fields: ["X-Failed-Recipients: \(text.recipient)", "Auto-Submitted: auto-replied"],
            contentType: reportType(boundary))
            + parts(
                [
                    "Content-Type: multipart/alternative; boundary=\"000000000000a1b2c3d4e5f6aaaa\"\n\n\(alternative)",
                    report, returned(text),
                ], boundary: boundary)
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
            .replacing("'", with: "&#39;")
    }

    /// RFC 2045 section 6.7.
    private static func quotedPrintable(_ text: String) -> String {
        text.components(separatedBy: "\n").map { line in
            var result = ""
            var width = 0
            for byte in line.utf8 {
                let isPlain = (0x20...0x7e).contains(byte) && byte != UInt8(ascii: "=")
                let hex = String(byte, radix: 16, uppercase: true)
                let token = isPlain ? String(UnicodeScalar(byte)) : "=\(hex.count < 2 ? "0" : "")\(hex)"
                if width + token.count > 75 {
                    result += "=\n"
                    width = 0
                }
                result += token
                width += token.count
            }
            return result
        }.joined(separator: "\n")
    }
}
