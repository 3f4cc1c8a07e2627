extension Dialect {
    /// qmail-send and its family (netqmail, vpopmail, qmail-ldap, s/qmail): `Hi. This is the qmail-send program at`; a paragraph a recipient that starts `<address>:`; `does not like recipient` is RCPT, `failed after I sent the message` is DATA.
    static let qmail = Dialect(
        "qmail",
        signs: [
            (.text, "this is the qmail-send program"),
            (.text, "this is the mail delivery agent at"),
            (.text, "i'm afraid i wasn't able to deliver your message"),
            (.text, "this is the deliver program at"),
            (.text, "this is the machine generated message from mail service"),
        ])
}
