import Testing

@testable import Classifier

@Suite("what looks like a report and is none")
struct StrangerTests {
    private static let dsn = """
        This is the mail system at host mail.example.com.

        I'm sorry to have to inform you that your message could not
        be delivered to one or more recipients.

        <bob@dest.example>: host mx.dest.example[192.0.2.1] said: 550 5.1.1
            <bob@dest.example>: User unknown (in reply to RCPT TO command)

        """

    @Test(
        "stays what it is",
        arguments: [
            mailOf(
                "Subject: Fwd: Undelivered Mail Returned to Sender",
                "please look\n\n---------- Forwarded message ---------\n\(dsn)"),
            mailOf(
                "Subject: RE: Undelivered Mail Returned to Sender",
                "What is this?\n\n-----Original Message-----\nFrom: MAILER-DAEMON\n\n\(dsn)"),
            mailOf(
                "Subject: my address", "You wrote that bob@dest.example is unknown: 550 User unknown. It works for me."),
            mailOf(
                "Subject: Your mailbox is full (552 5.2.2)",
                "Your mailbox bounce@example.com is full. Verify your account."),
            mailOf(
                "Subject: Undelivered mail: 10 tips\nList-Id: <tips.example>\nList-Unsubscribe: <mailto:u@tips.example>",
                "Final-Recipient: rfc822; bob@dest.example\nAction: failed\nStatus: 5.1.1"),
            mailOf(
                "Subject: Your message to List awaits moderator approval\nAuto-Submitted: auto-generated\nPrecedence: bulk",
                "Is being held until the list moderator can review it."),
            mailOf(
                "Subject: Cron <root@app> bounces\nAuto-Submitted: auto-generated", "hard 12\nsoft 3\nmailer-daemon 2"),
            mailOf(
                "Subject: VIRUS IN MAIL FROM YOU",
                "Our content checker found a virus in mail from you to: bob@dest.example"),
        ])
    func stays(_ message: String) {
        let verdict = classify(message)
        #expect(verdict.messageClass == .notABounce)
        #expect(verdict.hardAddresses.isEmpty)
    }

    @Test("stays a person's mail where a report is attached")
    func attached() {
        let message = """
            From: Hanako <hanako@dest.example>
            To: bounce@example.com
            Subject: failure notice
            Content-Type: multipart/mixed; boundary=f

            --f
            Content-Type: text/plain

            please look
            --f
            Content-Type: message/rfc822

            Return-Path: <>
            From: MAILER-DAEMON@mail.example.com
            Subject: Undelivered Mail Returned to Sender
            Content-Type: multipart/report; report-type=delivery-status; boundary=b

            --b
            Content-Type: message/delivery-status

            Final-Recipient: rfc822; bob@dest.example
            Action: failed
            Status: 5.1.1

            --b--

            --f--

            """
        let verdict = classify(message)
        #expect(verdict.messageClass == .notABounce)
        #expect(verdict.recipients.isEmpty)
    }
}
