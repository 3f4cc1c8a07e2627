/// Messages for the tests, written by hand after what mail servers write; only names of RFC 2606.
enum Mail {
    /// A report by our own Postfix about one recipient.
    static func bounce(
        _ address: String, id: String, status: String = "5.1.1", reply: String = "550",
        text: String = "5.1.1 <bob@dest.example>: Recipient address rejected: User unknown",
        action: String = "failed", subject: String = "Undelivered Mail Returned to Sender"
    ) -> String {
        """
        Return-Path: <>
        Delivered-To: bounces@lists.example.com
        Received: by mail.lists.example.com (Postfix)
        \tid \(id); Tue, 24 Nov 2026 10:00:05 +0000 (UTC)
        Date: Tue, 24 Nov 2026 10:00:05 +0000 (UTC)
        From: MAILER-DAEMON@lists.example.com (Mail Delivery System)
        Subject: \(subject)
        To: bounces@lists.example.com
        Auto-Submitted: auto-replied
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type=delivery-status;
        \tboundary="\(id).1795514405/mail.lists.example.com"
        Content-Transfer-Encoding: 8bit
        Message-Id: <20261124100005.\(id)@mail.lists.example.com>

        This is a MIME-encapsulated message.

        --\(id).1795514405/mail.lists.example.com
        Content-Description: Notification
        Content-Type: text/plain; charset=us-ascii

        This is the mail system at host mail.lists.example.com.

        I'm sorry to have to inform you that your message could not
        be delivered to one or more recipients. It's attached below.

        <\(address)>: host mx.dest.example[192.0.2.25] said: \(reply) \(text)
            (in reply to RCPT TO command)

        --\(id).1795514405/mail.lists.example.com
        Content-Description: Delivery report
        Content-Type: message/delivery-status

        Reporting-MTA: dns; mail.lists.example.com
        X-Postfix-Queue-ID: \(id)
        X-Postfix-Sender: rfc822; bounces@lists.example.com
        Arrival-Date: Tue, 24 Nov 2026 10:00:04 +0000 (UTC)

        Final-Recipient: rfc822; \(address)
        Original-Recipient: rfc822;\(address)
        Action: \(action)
        Status: \(status)
        Remote-MTA: dns; mx.dest.example
        Diagnostic-Code: smtp; \(reply) \(text)

        --\(id).1795514405/mail.lists.example.com
        Content-Description: Undelivered Message
        Content-Type: message/rfc822

        Received: from web.lists.example.com (web.lists.example.com [192.0.2.7])
        \tby mail.lists.example.com (Postfix) with ESMTP id \(id)
        \tfor <\(address)>; Tue, 24 Nov 2026 10:00:04 +0000 (UTC)
        From: News <news@lists.example.com>
        To: \(address)
        Subject: November news
        Date: Tue, 24 Nov 2026 10:00:04 +0000
        Message-ID: <news-\(id)@lists.example.com>

        Hello.

        --\(id).1795514405/mail.lists.example.com--

        """
    }

    static func softBounce(_ address: String, id: String) -> String {
        bounce(address, id: id, status: "5.2.2", reply: "552", text: "5.2.2 <\(address)>: Mailbox full, over quota")
    }

    static func autoReply(id: String) -> String {
        """
        Return-Path: <>
        Delivered-To: bounces@lists.example.com
        Received: from mx.dest.example (mx.dest.example [192.0.2.25])
        \tby mail.lists.example.com (Postfix) with ESMTP id \(id)
        \tfor <bounces@lists.example.com>; Tue, 24 Nov 2026 10:00:05 +0000 (UTC)
        Date: Tue, 24 Nov 2026 10:00:05 +0000
        From: Alice <alice@dest.example>
        To: bounces@lists.example.com
        Subject: Out of office: November news
        Auto-Submitted: auto-replied
        Precedence: bulk
        Message-ID: <vacation-\(id)@dest.example>

        I am away until Monday.

        """
    }

    static func letter(id: String) -> String {
        """
        Return-Path: <carol@dest.example>
        Delivered-To: bounces@lists.example.com
        Received: from mx.dest.example (mx.dest.example [192.0.2.25])
        \tby mail.lists.example.com (Postfix) with ESMTP id \(id)
        \tfor <bounces@lists.example.com>; Tue, 24 Nov 2026 10:00:05 +0000 (UTC)
        Date: Tue, 24 Nov 2026 10:00:05 +0000
        From: Carol <carol@dest.example>
        To: bounces@lists.example.com
        Subject: A question about your November news
        Message-ID: <letter-\(id)@dest.example>

        Where can I buy the blue one?

        """
    }
}
