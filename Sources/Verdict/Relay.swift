/// A company that sends mail for others and keeps a suppression list.
///
/// The raw value is the token of the output contract.
public enum Relay: String, Sendable, CaseIterable {
    /// Amazon Simple Email Service.
    case amazonSES = "amazon-ses"
    /// Mailgun.
    case mailgun
    /// Twilio SendGrid.
    case sendGrid = "sendgrid"
    /// Postmark.
    case postmark
    /// Mailjet.
    case mailjet
    /// SparkPost, now Bird.
    case sparkPost = "sparkpost"
    /// Mandrill, Mailchimp's transactional service.
    case mandrill
    /// Brevo, formerly Sendinblue.
    case brevo
    /// SMTP2GO.
    case smtp2go
    /// Elastic Email.
    case elasticEmail = "elastic-email"
    /// MailerSend.
    case mailerSend = "mailersend"
    /// SocketLabs.
    case socketLabs = "socketlabs"
}
