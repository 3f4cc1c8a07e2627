/// Recognises the senders of reports.
enum Sender {
    /// Whether the From field names a mail system and not a person.
    static func isDaemon(_ envelope: Envelope) -> Bool {
        let local = envelope.from.localPart
        if locals.contains(local) || local.hasPrefix("mailer-daemon") || local.hasPrefix("mailerdaemon") { return true }
        return names.lowest(in: envelope.fromText) != nil
    }

    /// Whether an envelope sender is a mail system's: people have no mailbox of that name. `postmaster` may be a
    /// person.
    static func isDaemon(_ path: String) -> Bool {
        let local = path.localPart
        return local.hasPrefix("mailer-daemon") || local.hasPrefix("mailerdaemon") || local == "mdaemon"
            || local == "mail-daemon" || local == "maildaemon" || local == "double-bounce"
    }

    private static let locals: Set<String> = [
        "mailer-daemon", "mailer_daemon", "mailerdaemon", "mailer.daemon", "postmaster", "post.master", "post_master",
        "poostmaster", "mdaemon", "mail-daemon", "maildaemon", "daemon", "mail.delivery.system", "mail-delivery-system",
        "mail.daemon",
        "postoffice", "microsoftexchange329e71ec88ae4615bbc36ab6ce41109e", "mta", "mail_daemon",
        "mailsystem", "mailsrv", "ndr", "administrator", "systemadministrator", "system", "postmaster-nospam", "imss",
        "mailmaster",
    ]
    private static let names = NumberedPhrases(.sender)
}
