"""What is sent, how the remote server answers, and what the bounce mailbox must then tell.

A mail is known again by its Message-ID, <NAME.case@app.bounce.test>, which Postfix returns with every report.
"""

import dataclasses

BOUNCE = "bounce@bounce.test"

# How the remote server answers: address -> (stage, reply). Every other address is accepted.
RULES = {
    "nouser@dest.example": ("rcpt", "550 5.1.1 <{rcpt}>: Recipient address rejected: User unknown"),
    "nouser.plain@dest.example": ("rcpt", "550 No such user here"),
    "nouser.mixed@dest.example": ("rcpt", "550 5.1.1 <{rcpt}>: Recipient address rejected: User unknown"),
    "nouser.verp@dest.example": ("rcpt", "550 5.1.1 <{rcpt}>: Recipient address rejected: User unknown"),
    "nouser.one@dest.example": ("rcpt", "550 5.1.1 <{rcpt}>: Recipient address rejected: User unknown"),
    "nouser.two@dest.example": ("rcpt", "550 5.1.1 <{rcpt}>: Recipient address rejected: User unknown"),
    "nouser.behind@dest.example": ("rcpt", "550 5.1.1 <{rcpt}>: Recipient address rejected: User unknown"),
    "nouser.double@dest.example": ("rcpt", "550 5.1.1 <{rcpt}>: Recipient address rejected: User unknown"),
    "nouser.headers@dest.example": ("rcpt", "550 5.1.1 <{rcpt}>: Recipient address rejected: User unknown"),
    "нет@dest.example": ("rcpt", "550 5.1.1 <{rcpt}>: Recipient address rejected: User unknown"),
    # A hub of ours that has the exported map.
    "ours@dest.example": ("rcpt", "554 5.7.1 <{rcpt}>: Recipient address rejected: suppressed [maildir-bounce] since "
                          "2025-11-01T00:00:00Z: userunknown"),
    "ours.old@dest.example": ("rcpt", "550 5.1.1 <{rcpt}>: Recipient address rejected: suppressed since "
                              "2025-11-01T00:00:00Z: userunknown"),
    "ours.mixed@dest.example": ("rcpt", "554 5.7.1 <{rcpt}>: Recipient address rejected: suppressed [maildir-bounce] "
                                "since 2025-11-01T00:00:00Z until 2026-11-01T00:00:00Z: mailboxfull"),
    "nouser.ours@dest.example": ("rcpt", "550 5.1.1 <{rcpt}>: Recipient address rejected: User unknown"),
    "moved@dest.example": ("rcpt", "551 5.1.6 <{rcpt}>: User has moved to new@other.example"),
    "full@dest.example": ("end", "552 5.2.2 <{rcpt}>: Mailbox is full"),
    "full.mixed@dest.example": ("rcpt", "552 5.2.2 <{rcpt}>: Mailbox is full"),
    "toobig@dest.example": ("end", "552 5.3.4 Message size exceeds fixed limit"),
    "spam@dest.example": ("end", "554 5.7.1 Message rejected as spam"),
    "quota@dest.example": ("rcpt", "452 4.2.2 <{rcpt}>: Mailbox is full, try again later"),
    "greylist@dest.example": ("rcpt", "451 4.7.1 <{rcpt}>: Greylisted, please try again later"),
    "quota.mixed@dest.example": ("rcpt", "452 4.2.2 <{rcpt}>: Mailbox is full, try again later"),
}

# Refused by our own map: counted, and never held against the address.
OURS = ["ours@dest.example", "ours.old@dest.example", "ours.mixed@dest.example"]

# The phases in which reports arrive: at once; when the mail has waited longer than delay_warning_time; when it has
# waited longer than maximal_queue_lifetime.
NOW, DELAYED, EXPIRED = range(3)


@dataclasses.dataclass
class Report:
    """One mail that must arrive in the bounce mailbox, and the verdict on it."""

    kind: str  # the class of the verdict
    outcomes: dict = dataclasses.field(default_factory=dict)  # address -> (kind, reason or None, status)
    phase: int = NOW
    origin: str | None = None


@dataclasses.dataclass
class Case:
    name: str
    title: str
    recipients: list
    reports: list
    sender: str = BOUNCE
    mail_options: tuple = ()
    rcpt_options: tuple = ()
    size: int = 0
    message: str | None = None  # a whole message instead of the ordinary one
    needs_names: bool = False  # needs host names of our own, which only a namespace gives

    def text(self):
        if self.message is not None:
            return self.message.lstrip("\n").replace("\n", "\r\n")
        body = "Hello,\nthis is the newsletter that you subscribed to.\n" + ("x" * 76 + "\n") * (self.size // 77)
        return (f"From: Newsletter <news@bounce.test>\nTo: {', '.join(self.recipients)}\n"
                f"Subject: November newsletter ({self.name})\nDate: Tue, 11 Nov 2025 10:00:00 +0000\n"
                f"Message-ID: <{self.name}.case@app.bounce.test>\nMIME-Version: 1.0\n"
                f"Content-Type: text/plain; charset=utf-8\n\n{body}").replace("\n", "\r\n")


def bounced(kind, outcomes, phase=NOW):
    """A report and the copy of it that the postmaster gets, which must not count."""
    return [Report(kind, outcomes, phase, "local"), Report("postmaster-notice", phase=phase)]


def hard(name, title, address, reason="userunknown", status="5.1.1", **options):
    outcomes = {options.pop("blamed", address): ("hard", reason, status)}
    return Case(name, title, [options.pop("to", address)], bounced("hard-bounce", outcomes), **options)


def soft(name, title, address, reason, status, **options):
    return Case(name, title, [address], bounced("soft-bounce", {address: ("soft", reason, status)}), **options)


def expired(name, title, address, reason, status):
    return Case(name, title, [address],
                bounced("delay-notice", {address: ("delayed", None, status)}, DELAYED)
                + bounced("soft-bounce", {address: ("soft", reason, status)}, EXPIRED))


AUTO_REPLY = """
From: Taro Yamada <taro@dest.example>
To: bounce@bounce.test
Subject: Out of office: November newsletter
Date: Tue, 11 Nov 2025 10:00:05 +0000
Message-ID: <auto-reply.case@app.bounce.test>
In-Reply-To: <newsletter@app.bounce.test>
Auto-Submitted: auto-replied
Precedence: bulk
MIME-Version: 1.0
Content-Type: text/plain; charset=us-ascii

I am out of the office until Monday and will answer your mail then.
"""

PERSON = """
From: Hanako Suzuki <hanako@dest.example>
To: bounce@bounce.test
Subject: Mail delivery and the next order
Date: Tue, 11 Nov 2025 10:00:06 +0000
Message-ID: <person.case@app.bounce.test>
MIME-Version: 1.0
Content-Type: text/plain; charset=us-ascii

Hello, could you send the next newsletter to my new address as well?
The address nouser@dest.example, user unknown to most, will go away.
"""

COMPLAINT = """
From: Abuse desk <feedback@provider.example>
To: bounce@bounce.test
Subject: FW: November newsletter
Date: Tue, 11 Nov 2025 10:00:07 +0000
Message-ID: <complaint.case@app.bounce.test>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="arf"

--arf
Content-Type: text/plain; charset=us-ascii

This is an email abuse report for an email message received from
IP 192.0.2.1 on Tue, 11 Nov 2025 10:00:00 +0000.
--arf
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: ExampleFeedback/1.0
Version: 1
Original-Mail-From: <bounce@bounce.test>
Original-Rcpt-To: <annoyed@provider.example>
Source-IP: 192.0.2.1

--arf
Content-Type: message/rfc822

From: Newsletter <news@bounce.test>
To: annoyed@provider.example
Subject: November newsletter
Date: Tue, 11 Nov 2025 10:00:00 +0000
Message-ID: <newsletter@app.bounce.test>

Hello
--arf--
"""

# A report that somebody forwards is a quotation: it must not count.
FORWARDED = """
From: Hanako Suzuki <hanako@dest.example>
To: bounce@bounce.test
Subject: Fwd: Undelivered Mail Returned to Sender
Date: Tue, 11 Nov 2025 10:00:08 +0000
Message-ID: <forwarded-report.case@app.bounce.test>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="fwd"

--fwd
Content-Type: text/plain; charset=us-ascii

I got this one yesterday, what does it mean?
--fwd
Content-Type: message/rfc822

From: MAILER-DAEMON@dest.example (Mail Delivery System)
To: hanako@dest.example
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="dsn"

--dsn
Content-Type: text/plain; charset=us-ascii

<quoted@dest.example>: host mx.dest.example[192.0.2.25] said: 550 5.1.1 User unknown
--dsn
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.dest.example

Final-Recipient: rfc822; quoted@dest.example
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 User unknown

--dsn--
--fwd--
"""

# A server that accepted the mail, forwarded it and gave up on an address that we never wrote to: only the VERP
# address says whom we mailed.
QMAIL = """
From: MAILER-DAEMON@mx.far.example
To: bounce+far=far.example@bounce.test
Subject: failure notice
Date: Tue, 11 Nov 2025 10:00:09 -0000
Message-ID: <verp-qmail.case@app.bounce.test>

Hi. This is the qmail-send program at mx.far.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<inner@inside.far.example>:
192.0.2.77 does not like recipient.
Remote host said: 550 5.1.1 No such user here
Giving up on 192.0.2.77.

--- Below this line is a copy of the message.

Return-Path: <bounce+far=far.example@bounce.test>
Received: (qmail 4242 invoked from network); 11 Nov 2025 10:00:03 -0000
From: Newsletter <news@bounce.test>
To: far@far.example
Subject: November newsletter
Message-ID: <newsletter@app.bounce.test>

Hello
"""

# What anybody can send: our own return path, the mail system's addresses and a mailbox of ours are dead, he says.
BLAMED = [BOUNCE, "bounce+any@bounce.test", "postmaster@bounce.test", "ceo@bounce.test"]
FORGED = """
From: Mail Delivery System <MAILER-DAEMON@mx.evil.example>
To: bounce@bounce.test
Subject: Undelivered Mail Returned to Sender
Date: Tue, 11 Nov 2025 10:00:10 +0000
Message-ID: <forged.case@app.bounce.test>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="dsn"

--dsn
Content-Type: text/plain; charset=us-ascii

I could not deliver your message.
--dsn
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.evil.example

""" + "\n".join(f"Final-Recipient: rfc822; {address}\nAction: failed\nStatus: 5.1.1\n"
                "Diagnostic-Code: smtp; 550 5.1.1 User unknown\n" for address in BLAMED) + """
--dsn--
"""

CASES = [
    hard("hard", "550 5.1.1 at RCPT is a hard bounce", "nouser@dest.example"),
    hard("hard-again", "a second mail to the same address, its domain in capitals, counts for the same address",
         "nouser@dest.example", to="nouser@DEST.EXAMPLE"),
    hard("hard-plain", "550 without an enhanced status is a hard bounce where the text says so",
         "nouser.plain@dest.example", status="5.0.0"),
    hard("hard-moved", "551 5.1.6, whose answer names another address, blames the address that we mailed",
         "moved@dest.example", "hasmoved", "5.1.6"),
    hard("hard-host", "a domain that does not exist is a hard bounce", "anyone@gone.example", "hostunknown", "5.4.4",
         needs_names=True),
    hard("hard-utf8", "an internationalised address is a hard bounce (RFC 6533)", "нет@dest.example",
         mail_options=("SMTPUTF8",)),
    hard("hard-headers", "a report with the headers only (RET=HDRS) is a hard bounce", "nouser.headers@dest.example",
         mail_options=("RET=HDRS", "ENVID=e2e-1")),
    soft("soft-full", "552 5.2.2 at the end of DATA is a soft bounce", "full@dest.example", "mailboxfull", "5.2.2"),
    soft("soft-spam", "554 5.7.1 for the content is a soft bounce", "spam@dest.example", "spamdetected", "5.7.1"),
    soft("too-large", "552 5.3.4 at the end of DATA is a soft bounce", "toobig@dest.example", "mesgtoobig", "5.3.4"),
    soft("too-large-announced", "a mail beyond the SIZE that the server announces is a soft bounce",
         "fine@dest.example", "mesgtoobig", "5.3.4", size=80_000),
    expired("expired-quota", "452 4.2.2 until the queue lifetime runs out: a delay notice, then a soft bounce",
            "quota@dest.example", "mailboxfull", "4.2.2"),
    expired("expired-greylist", "451 4.7.1 until the queue lifetime runs out: a delay notice, then a soft bounce",
            "greylist@dest.example", None, "4.7.1"),
    expired("expired-refused", "connection refused until the queue lifetime runs out: a delay notice, then a soft "
            "bounce", "anyone@refused.example", "networkerror", "4.4.1"),
    Case("mixed", "one mail, four recipients: hard and soft in one report, a delay notice and its end, and one accepted",
         ["nouser.mixed@dest.example", "full.mixed@dest.example", "quota.mixed@dest.example",
          "fine.mixed@dest.example"],
         bounced("hard-bounce", {"nouser.mixed@dest.example": ("hard", "userunknown", "5.1.1"),
                                 "full.mixed@dest.example": ("soft", "mailboxfull", "5.2.2")})
         + bounced("delay-notice", {"quota.mixed@dest.example": ("delayed", None, "4.2.2")}, DELAYED)
         + bounced("soft-bounce", {"quota.mixed@dest.example": ("soft", "mailboxfull", "4.2.2")}, EXPIRED)),
    hard("verp", "a VERP address names the recipient", "nouser.verp@dest.example",
         sender="bounce+nouser.verp=dest.example@bounce.test"),
    hard("verp-forwarded", "where the mail was forwarded, the VERP address names whom we mailed",
         "forwarded@alias.test", sender="bounce+forwarded=alias.test@bounce.test"),
    Case("verp-postfix", "Postfix's own VERP (XVERP) makes a report for each recipient",
         ["nouser.one@dest.example", "nouser.two@dest.example"],
         bounced("hard-bounce", {"nouser.one@dest.example": ("hard", "userunknown", "5.1.1")})
         + bounced("hard-bounce", {"nouser.two@dest.example": ("hard", "userunknown", "5.1.1")}),
         mail_options=("XVERP=+=",)),
    Case("verp-qmail", "a foreign server's report without delivery status blames the VERP address",
         ["bounce+far=far.example@bounce.test"],
         [Report("hard-bounce", {"far@far.example": ("hard", "userunknown", "5.1.1")}, origin="remote")],
         sender="", message=QMAIL),
    Case("double", "a report on a report is a double bounce", ["nouser.double@dest.example"],
         [Report("double-bounce", origin="local")], sender=""),
    Case("success-relayed", "a success report on relayed mail is a receipt", ["fine.relayed@dest.example"],
         [Report("delivery-receipt", {"fine.relayed@dest.example": ("delivered", None, "2.0.0")})],
         rcpt_options=("NOTIFY=SUCCESS,FAILURE",)),
    Case("success-delivered", "a success report on delivered mail is a receipt", ["read@bounce.test"],
         [Report("delivery-receipt", {"read@bounce.test": ("delivered", None, "2.0.0")})],
         rcpt_options=("NOTIFY=SUCCESS",)),
    Case("transcript", "a transcript of a client's errors is a postmaster notice", [], [Report("postmaster-notice")]),
    Case("auto-reply", "an absence notice is an auto-reply", [BOUNCE], [Report("auto-reply")], sender="",
         message=AUTO_REPLY),
    Case("person", "a person's mail that speaks of an unknown user is no bounce", [BOUNCE], [Report("not-a-bounce")],
         sender="hanako@dest.example", message=PERSON),
    Case("complaint", "a complaint (RFC 5965) is a complaint", [BOUNCE], [Report("complaint")], sender="",
         message=COMPLAINT),
    Case("own-refusal", "what our own exported map refuses is no bounce", ["ours@dest.example"],
         bounced("own-refusal", {})),
    Case("own-refusal-old", "nor is it in the words of version 0.1.0, whatever its status", ["ours.old@dest.example"],
         bounced("own-refusal", {})),
    Case("own-refusal-mixed", "beside one, another recipient of the same mail counts",
         ["ours.mixed@dest.example", "nouser.ours@dest.example"],
         bounced("hard-bounce", {"nouser.ours@dest.example": ("hard", "userunknown", "5.1.1"),
                                 "ours.mixed@dest.example": ("soft", "policyviolation", "5.7.1")})),
    Case("forged", "a forged report that blames our own addresses is a report", [BOUNCE],
         [Report("hard-bounce")], sender="", message=FORGED),
    Case("forwarded-report", "a report that a person forwards is no bounce", [BOUNCE], [Report("not-a-bounce")],
         sender="hanako@dest.example", message=FORWARDED),
]
