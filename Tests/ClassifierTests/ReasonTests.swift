import Testing

@testable import Classifier

@Suite("reasons")
struct ReasonTests {
    private func outcome(_ diagnostic: String, status: String = "5.0.0", prose: String = "") -> Outcome? {
        classify(
            """
            Return-Path: <>
            From: MAILER-DAEMON@mail.example.com
            Subject: Undelivered Mail Returned to Sender
            Content-Type: multipart/report; report-type=delivery-status; boundary=b

            --b
            Content-Type: text/plain

            \(prose)

            --b
            Content-Type: message/delivery-status

            Reporting-MTA: dns; mail.example.com

            Final-Recipient: rfc822; bob@dest.example
            Action: failed
            Status: \(status)
            Remote-MTA: dns; mx.dest.example
            Diagnostic-Code: smtp; \(diagnostic)

            --b--

            """
        ).recipients.first
    }

    @Test(
        "are read from what servers answer",
        arguments: [
            (Reason.userUnknown, "550 5.1.1 <bob@dest.example>: Recipient address rejected: User unknown"),
            (.hostUnknown, "550 5.1.2 Host unknown"), (.hasMoved, "550 5.1.6 Recipient has moved"),
            (.notAccept, "556 5.1.10 domain does not accept mail (nullMX)"), (.mailboxFull, "552 5.2.2 Mailbox full"),
            (.suspend, "550 5.2.1 Account suspended"), (.filtered, "550 5.2.0 Message filtered"),
            (.messageTooBig, "552 5.3.4 Message size exceeds fixed limit"),
            (.rejected, "553 5.1.8 Sender address rejected"),
            (.blocked, "554 5.7.1 Client host rejected: blocked using zen.spamhaus.org"),
            (.badReputation, "550 5.7.1 very low reputation of the sending IP"),
            (.requirePTR, "550 5.7.25 no PTR record"), (.authFailure, "550 5.7.26 DMARC policy"),
            (.noRelaying, "554 5.7.1 Relay access denied"), (.policyViolation, "550 5.7.0 Local policy violation"),
            (.spamDetected, "554 5.7.1 message identified as spam"),
            (.virusDetected, "550 5.7.1 Message contains a virus"),
            (.contentError, "550 5.6.0 improper use of 8-bit data in message header"),
            (.notCompliantRFC, "550 5.7.1 This message is not RFC 5322 compliant"),
            (.failedSTARTTLS, "550 5.7.10 TLS required"), (.syntaxError, "501 5.5.4 Syntax error in parameters"),
            (.speeding, "550 5.2.1 The user is receiving mail at a rate that prevents delivery"),
            (.tooManyConnections, "554 5.7.0 Too many connections"), (.networkError, "554 5.4.6 Too many hops"),
            (.systemError, "554 5.3.0 Internal server error"), (.systemFull, "552 5.3.1 Insufficient disk space"),
            // Words start where words start: no `ip` in `recipient`.
            (.suspend, "550 5.5.0 The recipient account is blocked"),
            // The longer phrase says more than the shorter one within it.
            (.rejected, "550 you are sending from an address that has been blacklisted"),
            (.blocked, "550 your host is blacklisted"),
            (.securityError, "550 5.7.1 <bob@dest.example>... Access denied"),
            (.blocked, "554 no access from mail server [192.0.2.1] which is an open relay"),
        ])
    func replies(_ reason: Reason, _ reply: String) {
        #expect(outcome(reply)?.reason == reason)
    }

    @Test(
        "of the moment are never hard",
        arguments: ["450 5.1.1 User unknown", "550 4.1.1 User unknown", "451 no such user here"])
    func transient(_ reply: String) {
        #expect(outcome(reply)?.kind == .soft)
        #expect(outcome("550 User unknown", status: "4.1.1")?.kind == .soft)
    }

    @Test("follow the text where the code is lazy")
    func textOverCode() {
        #expect(
            outcome(
                "550 5.1.1 bob@dest.example - 192.0.2.1 has sent to too many recipients this hour", status: "5.1.1")?
                .kind == .soft)
        #expect(outcome("550 5.7.1 No such user!", status: "5.7.1")?.kind == .hard)
        #expect(outcome("550 5.4.1 Recipient address rejected: Access denied", status: "5.4.1")?.reason == .userUnknown)
    }

    /// RFC 7505 section 4.2: 5.7.27 is about the sender's domain, 5.1.10 about the recipient's.
    @Test("tell whose domain takes no mail", arguments: ["550 refused", "550 5.7.27 Sender address has null MX"])
    func senderNullMX(diagnostic: String) {
        let refused = outcome(diagnostic, status: "5.7.27")
        #expect(refused?.reason == .rejected)
        #expect(refused?.kind == .soft)
        #expect(outcome("556 refused", status: "5.1.10")?.kind == .hard)
    }

    @Test("follow the innermost server's word")
    func nested() {
        let reply =
            "550 5.1.1 <bob@dest.example>: undeliverable address: host mx.inner.example[192.0.2.9] said: 450 4.2.0 try later"
        #expect(outcome(reply, status: "5.1.1")?.kind == .soft)
    }

    @Test("need a proof beside words that carriers use for a filter")
    func proof() {
        #expect(outcome("550 Unknown user bob@dest.example")?.kind == .hard)
        let atRCPT = "<bob@dest.example>: 550 Unknown user (in reply to RCPT TO command)"
        #expect(outcome("550 Unknown user bob@dest.example", prose: atRCPT)?.kind == .hard)
        let atData = "<bob@dest.example>: 550 Unknown user (in reply to end of DATA command)"
        #expect(outcome("550 Unknown user bob@dest.example", prose: atData)?.reason == .filtered)
    }
}
