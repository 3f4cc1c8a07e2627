extension Dialect {
    /// Amazon SES: MAILER-DAEMON@….amazonses.com, `An error occurred while trying to deliver the mail to the following recipients:`.
    static let amazonSES = Dialect(
        "amazon-ses",
        signs: [
            (.from, "amazonses.com"),
            (.text, "an error occurred while trying to deliver the mail to the following recipients"),
        ])
}
