/// Postfix: whether the return path leads to the Maildir, and what happens to bounces that cannot be delivered.
enum PostfixCheck {
    static let subject = "postfix"

    static func judge(
        _ settings: PostfixSettings, local: String, domain: String, maildir: String, delimiter: String
    ) -> [Finding] {
        [
            route(settings, local: local, domain: domain, maildir: maildir),
            tag(settings["recipient_delimiter"], delimiter: delimiter, local: local, domain: domain),
            lifetime(settings["bounce_queue_lifetime"]),
            doubleBounces(settings, address: "\(local)@\(domain)"),
            refusal(settings["smtpd_recipient_restrictions"]),
        ].compactMap { $0 }
    }

    /// A list of restrictions that refuses what comes from outside.
    static func refusal(_ restrictions: String) -> Finding? {
        let words = restrictions.split { $0 == "," || $0.isWhitespace }
        let passing: Set<Substring> = ["permit", "permit_auth_destination"]
        guard let reject = words.firstIndex(of: "reject"), !words[..<reject].contains(where: passing.contains) else {
            return nil
        }
        return .warning(
            subject, "smtpd_recipient_restrictions ends with reject",
            why:
                "reports that foreign servers send to the return path are refused, unless a table before it permits them",
            mend: "take reject out of it, or put permit_auth_destination before it; then postfix reload")
    }

    // MARK: Delivery to the Maildir

    private static let lost = "bounces then do not come to the Maildir, and nothing is counted"

    private static func route(
        _ settings: PostfixSettings, local: String, domain: String, maildir: String
    ) -> Finding {
        let address = "\(local)@\(domain)"
        let lines = "maildir-bounce init --dry-run --return-path \(address) prints the lines for main.cf"
        switch (settings.isVirtual, settings.isLocal) {
        case (true, true):
            return .error(
                subject, "\(domain) is in virtual_mailbox_domains and in mydestination",
                why: "Postfix takes mydestination and warns; the virtual mailbox gets nothing",
                mend: "take \(domain) out of mydestination, then postfix reload")
        case (true, _):
            guard let mailbox = settings.mailbox else {
                return unknownTable(settings, "virtual_mailbox_maps")
                    ?? .error(
                        subject, "virtual_mailbox_maps does not name \(address)",
                        why: "Postfix refuses every bounce: user unknown", mend: lines)
            }
            let base = settings["virtual_mailbox_base"]
            let path = base.isEmpty ? mailbox : base + "/" + mailbox
            guard mailbox.hasSuffix("/") else {
                return .error(
                    subject, "virtual_mailbox_maps leads \(address) to \(path), without a / at the end",
                    why: "Postfix then writes one mbox file and no Maildir", mend: "write \(mailbox)/ there")
            }
            return compare(path, maildir, "virtual_mailbox_maps leads \(address)")
        case (_, true):
            if let alias = settings.alias {
                if alias.contains("maildir-bounce") { return .ok(subject, "an alias of \(local) runs maildir-bounce") }
                return .error(
                    subject, "an alias leads \(local) to \(alias)", why: lost,
                    mend: "write an alias that runs |\"maildir-bounce deliver\", or none, then newaliases")
            }
            for name in ["mailbox_transport", "mailbox_command"] where !settings[name].isEmpty {
                return .warning(
                    subject, "\(name) is set, so what becomes of \(address) is not Postfix's to say",
                    why: "whether bounces come to the Maildir cannot be told",
                    mend: "send a mail to \(address) and look into \(maildir.shellQuoted)/new")
            }
            guard let home = settings.home else {
                return unknownTable(settings, "alias_maps")
                    ?? .error(
                        subject, "\(domain) is in mydestination, and there is neither a user nor an alias \(local)",
                        why: "Postfix refuses every bounce: user unknown", mend: lines)
            }
            let mailbox = settings["home_mailbox"]
            guard mailbox.hasSuffix("/") else {
                return .error(
                    subject, "home_mailbox is \(mailbox.isEmpty ? "not set" : mailbox)",
                    why: "the bounces of \(local) go to an mbox file and not to a Maildir",
                    mend: "postconf -e home_mailbox=Maildir/ && postfix reload")
            }
            return compare(home + "/" + mailbox, maildir, "home_mailbox leads \(address)")
        case (nil, _), (_, nil):
            return .warning(
                subject, "whether Postfix takes mail for \(domain) is in a table on another server",
                why: "whether bounces come to the Maildir cannot be told",
                mend: "sendmail -bv \(address), and read the report")
        default:
            return .error(
                subject,
                "Postfix takes no mail for \(domain): it is in neither virtual_mailbox_domains nor mydestination",
                why: lost, mend: lines)
        }
    }

    private static func unknownTable(_ settings: PostfixSettings, _ name: String) -> Finding? {
        guard settings.hasForeignTable else { return nil }
        return .warning(
            subject, "\(name) names a table on another server, which was not asked",
            why: "whether bounces come to the Maildir cannot be told", mend: "postmap -q ADDRESS TABLE for each of it")
    }

    private static func compare(_ path: String, _ maildir: String, _ what: String) -> Finding {
        if FilePath.resolved(withoutSlash(path)) == FilePath.resolved(withoutSlash(maildir)) {
            return .ok(subject, "\(what) to \(maildir)")
        }
        return .error(
            subject, "\(what) to \(path), and the Maildir that is scanned is \(maildir)", why: lost,
            mend: "set maildir in the configuration to the one, or Postfix to the other")
    }

    private static func withoutSlash(_ path: String) -> String {
        var path = Substring(path)
        while path.utf8.count > 1, path.utf8.last == UInt8(ascii: "/") { path.removeLast() }
        return String(path)
    }

    // MARK: The rest

    private static func tag(_ value: String, delimiter: String, local: String, domain: String) -> Finding {
        if value.contains(delimiter) { return .ok(subject, "recipient_delimiter is \(value)") }
        let what =
            value.isEmpty
            ? "recipient_delimiter is not set"
            : "recipient_delimiter is \(value), and tags begin with \(delimiter)"
        return .warning(
            subject, what,
            why: "a return path that names its recipient, \(local)\(delimiter)bob=dest.example@\(domain), is refused "
                + "as an unknown user",
            mend: "postconf -e recipient_delimiter=\(value)\(delimiter) && postfix reload")
    }

    private static func lifetime(_ value: String) -> Finding? {
        guard value.first == "0", value.allSatisfy({ $0 == "0" || $0.isLetter }) else {
            return value.isEmpty ? nil : .ok(subject, "bounce_queue_lifetime is \(value)")
        }
        return .warning(
            subject, "bounce_queue_lifetime is \(value)",
            why: "a bounce that cannot be delivered at once, to a Maildir on a full disk, is thrown away",
            mend: "postconf -e bounce_queue_lifetime=5d && postfix reload")
    }

    private static func doubleBounces(_ settings: PostfixSettings, address: String) -> Finding {
        let sender = settings["double_bounce_sender"]
        let whole = sender.contains("@") ? sender : "\(sender)@\(settings["myorigin"])"
        if whole.lowercased() == address {
            return .error(
                subject, "double_bounce_sender is the return path \(address)",
                why: "Postfix throws away all mail to that address",
                mend: "postconf -e double_bounce_sender=double-bounce")
        }
        let classes = PostfixSettings.words(settings["notify_classes"])
        guard classes.contains("2bounce") else {
            return .ok(
                subject,
                "notify_classes is \(classes.joined(separator: ", ")): a bounce that cannot be returned is dropped")
        }
        return .ok(
            subject,
            "a bounce that cannot be returned goes to \(settings["2bounce_notice_recipient"]) (2bounce_notice_recipient)"
        )
    }
}
