import Glibc

/// Whether mail leaves this machine with a sender that others can answer: not as www-data@localhost, which PHP's mail() uses where
/// nobody names a sender.
enum SenderCheck {
    static let subject = "sender"
    /// The users that web servers run as: Debian, Fedora, nginx, Arch and SUSE.
    static let webUsers = ["www-data", "apache", "nginx", "http", "wwwrun"]
    /// The last labels of names that are in no public DNS: RFC 6761, RFC 6762, and what installers write to /etc/hosts.
    private static let localLabels: Set<Substring> = [
        "localhost", "localdomain", "local", "internal", "lan", "invalid",
    ]

    /// Whether no other server can return a report to a domain, since the name means something on this machine or network only.
    static func isLocal(_ domain: String) -> Bool {
        let labels = domain.lowercased().split(separator: ".")
        return labels.count < 2 || localLabels.contains(labels[labels.count - 1])
    }

    /// - Returns: a finding if the return path's domain is local, else `nil`.
    static func judge(_ returnPath: Setup.ReturnAddress) -> Finding? {
        guard isLocal(returnPath.domain) else { return nil }
        return .error(
            subject, "the return path is \(returnPath.text), and \(returnPath.domain) is a name of this machine only",
            why: "other servers cannot return a report to it, and many refuse mail from such a sender",
            mend:
                "set return_path in [verp] to an address of a domain that is in the DNS, and use it as the envelope sender "
                + "of all mail (docs/integrations.md)")
    }

    /// - Parameter origin: Postfix's myorigin, the domain of senders that have none.
    static func judge(origin: String) -> Finding {
        guard isLocal(origin) else {
            return .ok(subject, "mail of a program that names no sender leaves as USER@\(origin) (myorigin)")
        }
        return .warning(
            subject,
            "mail of a program that names no sender leaves as USER@\(origin) (myorigin), PHP's as www-data@\(origin)",
            why:
                "reports about it do not come to the Maildir, so nothing is counted, and many servers refuse such a sender",
            mend:
                "name the return path in the program (docs/integrations.md), and a domain that is in the DNS in /etc/mailname "
                + "or myorigin, then postfix reload")
    }

    /// A finding for each mailbox of a web server's user that has mail: the reports about mail that was sent as that user.
    static func mailboxes(root: String = "") -> [Finding] {
        webUsers.compactMap { user in
            let path = "\(root)/var/mail/\(user)"
            var status = stat()
            guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size > 0 else { return nil }
            return .warning(
                subject, "\(path) has mail",
                why: "web programs send as \(user), so the reports about their mail come here and are not counted",
                mend:
                    "name the return path in these programs (docs/integrations.md); maildir-bounce reprocess \(path) counts "
                    + "what has come so far")
        }
    }
}
