import Verdict

extension Relay {
    /// The company's name.
    package var name: String { description.name }

    /// Where its suppression list is.
    fileprivate var place: String { description.place }

    private var description: (name: String, place: String) {
        switch self {
        case .amazonSES: ("Amazon SES", "SES console, Suppression list; aws sesv2 delete-suppressed-destination")
        case .mailgun: ("Mailgun", "Mailgun control panel, Suppressions")
        case .sendGrid: ("SendGrid", "SendGrid, Suppressions")
        case .postmark: ("Postmark", "Postmark, the message stream's Suppressions")
        case .mailjet: ("Mailjet", "Mailjet, Contacts or its support")
        case .sparkPost: ("SparkPost", "SparkPost, Recipients, Suppressions")
        case .mandrill: ("Mandrill", "Mandrill, Outbound, Rejection Denylist")
        case .brevo: ("Brevo", "Brevo, Contacts, Blocklisted")
        case .smtp2go: ("SMTP2GO", "SMTP2GO, Suppressions")
        case .elasticEmail: ("Elastic Email", "Elastic Email, Suppressions")
        case .mailerSend: ("MailerSend", "MailerSend, Suppressions")
        case .socketLabs: ("SocketLabs", "SocketLabs, Suppressions")
        }
    }
}

extension Token<Relay> {
    /// Why an address is suppressed, and where else it must be removed.
    static func sentence(_ token: Token<Relay>?, reason: String) -> String {
        guard let relay = token?.value else {
            return "on a relay's suppression list (\(reason)); to mail it again, remove it there, too"
        }
        return "on \(relay.name)'s suppression list (\(reason)); to mail it again, remove it there, too: \(relay.place)"
    }
}
