import Glibc
import Ledger
import LedgerPostgreSQL

/// The settings of Postfix and the DNS that let reports reach the Maildir. `init` prints them and changes nothing
/// there.
enum PostfixLines {
    /// Postfix's default for virtual_minimum_uid: it delivers to no mailbox of a user below it.
    private static let minimumUserID = 100

    static func lines(_ setup: Setup) -> [String] {
        let address = setup.returnPath
        let config = setup.config == Configuration.defaultPath ? "" : " --config \(setup.config.shellQuoted)"
        let (base, mailbox) = FilePath.split(setup.maildir)
        var lines = [
            "# Postfix, /etc/postfix/main.cf: \(address.text), with and without a tag, comes to the Maildir.",
            "# Where virtual_mailbox_domains or virtual_mailbox_maps is set already, add to it what is here.",
            "# \(address.domain) must not be in mydestination, virtual_alias_domains or relay_domains.",
            "virtual_mailbox_domains = \(address.domain)",
            "virtual_mailbox_base = \(base)",
            "virtual_mailbox_maps = inline:{ { \(address.text) = \(mailbox)/ } }",
            "virtual_uid_maps = static:\(setup.user.userID)",
            "virtual_gid_maps = static:\(setup.user.groupID)",
        ]
        if setup.user.userID < minimumUserID { lines.append("virtual_minimum_uid = \(setup.user.userID)") }
        lines += [
            "recipient_delimiter = +",
            "",
            "# DNS, where this machine is mail.example.com: without it foreign servers cannot return a report.",
            "\(address.domain). IN MX 10 mail.example.com.",
            "",
            "# Send each mail with a signed return path that names its recipient (VERP), which nobody can forge:",
            "#   sendmail -f \"$(maildir-bounce verp make bob@dest.example\(config))\" bob@dest.example",
            "# Who sends must be able to read the key. Once all mail is sent so, set require = \"signed\" in [trust] of",
            "# \(setup.config). Until then, or without a key: \(address.local)+bob=dest.example@\(address.domain)",
            "",
            "# Then: postfix reload; maildir-bounce doctor --return-path \(address.text)\(config)",
            "",
        ]
        return lines + accessLines(ledger: setup.ledger)
    }

    /// What an administrator can make Postfix ask the ledger: all that a bounce, a complaint, a relay's list or a person has
    /// suppressed for all mail. A soft suppression ends by itself, and one of a stream leaves other mail alone.
    static let accessQuery = """
        SELECT text FROM postfix_access WHERE key = '%s' AND stream = '' AND cause IN ('hard', 'complaint', 'manual', 'relay') \
        LIMIT 1
        """

    /// The lines with which Postfix refuses suppressed recipients by the ledger itself, as in Examples/postfix-access.
    private static func accessLines(ledger: String) -> [String] {
        let isServer = LedgerStore.isAddress(ledger)
        let type = isServer ? "pgsql" : "sqlite"
        let place =
            isServer
            ? ["hosts = db.example.com", "dbname = bounces", "user = postfix_access", "password = change-me"]
            : ["dbpath = \(ledger)"]
        return [
            "# If you want Postfix to refuse suppressed recipients: it can ask the ledger, so that suppress and release act at",
            "# once. Install postfix-\(type) and let Postfix read the ledger (docs/postfix.md). /etc/postfix/bounce-access.cf:",
        ] + place + [
            "query = \(accessQuery)",
            "result_format = REJECT %s",
            "# main.cf, for what comes by SMTP; sendmail and PHP's mail() pass it by. Put it before what is there already, which",
            "# must not end with reject: foreign servers' reports would be refused.",
            "smtpd_recipient_restrictions = check_recipient_access proxy:\(type):/etc/postfix/bounce-access.cf",
            "# Instead, only in an instance that sends mailings and nothing else, for all mail, with result_format = error:%s",
            "# (the sender gets a report) or discard:%s (nobody is told) in that instance's bounce-transport.cf:",
            "# transport_maps = proxy:\(type):/etc/postfix-mailings/bounce-transport.cf",
            "# Addresses that forget has erased are only known to check: Postfix does not refuse them.",
        ]
    }
}
