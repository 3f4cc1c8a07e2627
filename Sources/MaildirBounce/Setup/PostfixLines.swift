import Glibc

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
        ]
        return lines
    }
}
