extension Dialect {
    /// Yahoo: `Sorry, we were unable to deliver your message to the following address.`, `Message from yahoo.com.`.
    static let yahoo = Dialect(
        "yahoo",
        signs: [
            (.text, "sorry, we were unable to deliver your message to the following address"),
            (.text, "unable to deliver message to the following address(es)"),
            (.mailer, "yahoomailwebservice"),
            (.from, "mailer-daemon@yahoo"),
        ])
}
