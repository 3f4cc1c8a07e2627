/// A company that sends mail for others and keeps a list of addresses to which it sends nothing any more.
///
/// The raw value is the token of the output contract.
public enum Relay: String, Sendable, CaseIterable {
    case amazonSES = "amazon-ses"
    case mailgun
    case sendGrid = "sendgrid"
    case postmark
    case mailjet
    case sparkPost = "sparkpost"
    case mandrill
    case brevo
    case smtp2go
    case elasticEmail = "elastic-email"
    case mailerSend = "mailersend"
    case socketLabs = "socketlabs"
}
