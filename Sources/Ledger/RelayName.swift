/// The relays that keep lists of suppressed addresses, for people: by the token under which the ledger knows each.
package enum RelayName {
    private static let names: [String: (name: String, place: String)] = [
        "amazon-ses": ("Amazon SES", "SES console, Suppression list; aws sesv2 delete-suppressed-destination"),
        "mailgun": ("Mailgun", "Mailgun control panel, Suppressions"),
        "sendgrid": ("SendGrid", "SendGrid, Suppressions"),
        "postmark": ("Postmark", "Postmark, the message stream's Suppressions"),
        "mailjet": ("Mailjet", "Mailjet, Contacts or its support"),
        "sparkpost": ("SparkPost", "SparkPost, Recipients, Suppressions"),
        "mandrill": ("Mandrill", "Mandrill, Outbound, Rejection Denylist"),
        "brevo": ("Brevo", "Brevo, Contacts, Blocklisted"),
        "smtp2go": ("SMTP2GO", "SMTP2GO, Suppressions"),
        "elastic-email": ("Elastic Email", "Elastic Email, Suppressions"),
        "mailersend": ("MailerSend", "MailerSend, Suppressions"),
        "socketlabs": ("SocketLabs", "SocketLabs, Suppressions"),
    ]

    /// The company's name; nil for a token that is not known.
    package static func name(_ token: String) -> String? { names[token]?.name }

    /// Why an address is suppressed, and where else that must be lifted.
    static func sentence(_ token: String?, reason: String) -> String {
        guard let token, let (name, place) = names[token] else {
            return "on a relay's suppression list (\(reason)); to mail it again, remove it there, too"
        }
        return "on \(name)'s suppression list (\(reason)); to mail it again, remove it there, too: \(place)"
    }
}
