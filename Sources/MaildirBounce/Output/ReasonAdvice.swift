import Verdict

extension Reason {
    /// The section of the documentation about it.
    var documentation: String { "docs/reasons.md#\(rawValue)" }

    /// What the sender can repair, where the failure is his fault: a few words on what was refused, and one sentence on
    /// what to do. Nil for the other reasons.
    var repair: (what: String, advice: String)? {
        switch self {
        case .rejected:
            (
                "the sender's address",
                "send from a return path and a From whose domain exists, has an MX record and takes mail"
            )
        case .blocked:
            (
                "the sending host's address",
                "look the host's IP address up on the list that the reply names, end the cause, then ask the list or the "
                    + "domain's postmaster to remove it"
            )
        case .badReputation:
            (
                "a low reputation",
                "mail only those who asked for it, leave dead addresses out, and send less until the reputation is back"
            )
        case .requirePTR:
            ("no reverse DNS", "give the sending IP address a PTR record whose name leads back to that address")
        case .authFailure:
            (
                "DMARC, SPF or DKIM",
                "let SPF name the sending host, sign with DKIM, and let one of the two match the From domain"
            )
        case .noRelaying:
            (
                "relaying",
                "find out why the mail reached a server that does not serve the domain: its MX records, our routes, our login"
            )
        case .policyViolation:
            ("a rule of the server", "read what the reply says, and ask the domain's postmaster which rule it was")
        case .spamDetected:
            ("taken for spam", "look at what was sent: links, attachments, wording, and who had asked for it")
        case .virusDetected:
            ("taken for malware", "stop the mailing, and scan what was sent and the machines that made it")
        case .contentError:
            ("the content", "send valid MIME without attachments of types that servers refuse")
        case .securityError:
            ("permission", "check the login, the certificate and the rights that the server asks of the sending host")
        case .failedSTARTTLS:
            ("encryption", "let the sending host offer STARTTLS with TLS 1.2 or newer and a certificate that is valid")
        case .speeding:
            ("too much at a time", "send more slowly to this domain: fewer messages a minute, spread over hours")
        case .tooManyConnections:
            ("too many connections", "open fewer connections to this domain at a time")
        case .exceedLimit:
            ("a limit", "send to fewer recipients in one message, and fewer messages a day")
        case .messageTooBig:
            ("too big", "send smaller messages, with links in place of attachments")
        case .notCompliantRFC:
            ("RFC 5322", "let the message have one From, one Date and one Message-ID, and no line of over 998 bytes")
        case .syntaxError:
            (
                "an SMTP command",
                "look in the mail server's log for the command that was refused, and for a firewall that alters SMTP"
            )
        case .userUnknown, .hostUnknown, .hasMoved, .notAccept, .mailboxFull, .suspend, .filtered, .expired,
            .networkError,
            .systemError, .systemFull, .mailerError, .onHold, .undefined, .delivered, .feedback, .vacation:
            nil
        }
    }
}
