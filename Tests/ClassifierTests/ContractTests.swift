import MIME
import RuleFiles
import Testing
import Verdict
import compile_rules

@testable import Classifier

/// What a verdict says besides the failure: whose fault it is, and which mailing the returned message belonged to.
@Suite("The words of a verdict")
struct ContractTests {
    @Test("each reason has the party of the table, and what is no failure has none")
    func parties() {
        let table: [(Party?, String)] = [
            (.recipient, "userunknown hostunknown hasmoved notaccept mailboxfull suspend filtered"),
            (
                .sender,
                """
                rejected blocked badreputation requireptr authfailure norelaying policyviolation spamdetected virusdetected \
                contenterror securityerror failedstarttls speeding toomanyconn exceedlimit mesgtoobig notcompliantrfc \
                syntaxerror
                """
            ),
            (.system, "expired networkerror systemerror systemfull mailererror onhold undefined"),
            (nil, "delivered feedback vacation"),
        ]
        var seen: [String] = []
        for (party, words) in table {
            for word in words.split(separator: " ") {
                seen.append(String(word))
                #expect(Reason(rawValue: String(word)).map(\.party) == .some(party), "\(word)")
            }
        }
        #expect(seen.sorted() == Reason.allCases.map(\.rawValue).sorted())
    }

    @Test("an outcome has its reason's party, unless a rule says another")
    func partyOfOutcome() {
        var outcome = Outcome(address: "bob@dest.example", kind: .soft, reason: .rejected)
        #expect(outcome.party == .sender)
        outcome.reason = .mailboxFull
        #expect(outcome.party == .recipient)
        #expect(Outcome(address: "", kind: .soft, reason: .rejected, party: .recipient).party == .recipient)
        #expect(Outcome(address: "", kind: .delayed).party == nil)
    }

    @Test("a rule's party goes with its reason, and not with what another step makes of it")
    func partyOfRule() throws {
        let text = """
            [[rule]]
            id = "test/closed"
            reason = "rejected"
            party = "recipient"
            any = ["closed group"]

            [[rule]]
            id = "test/user"
            reason = "userunknown"
            party = "system"
            any = ["no such person"]
            """
        let judge = Judge(rules: try RuleSet(testing: text), custom: [])
        func decide(_ text: String, _ command: SMTPCommand) -> Decision {
            var report = RecipientReport()
            report.command = command
            let facts = FailureFacts(
                report, diagnostic: Array(text.utf8), explanation: [], address: "bob@dest.example", reportingMTA: nil)
            return judge.decide(judge.findings(facts), in: Message(parsing: []))
        }
        let closed = decide("550 5.7.129 closed group", .rcpt)
        #expect(closed.reason == .rejected && closed.party == .recipient)
        let unknown = decide("550 5.1.1 no such person", .rcpt)
        #expect(unknown.reason == .userUnknown && unknown.party == .system)
        // What is refused at MAIL is the sender.
        let refused = decide("550 no such person", .mail)
        #expect(refused.reason == .rejected && refused.party == nil)
    }

    // MARK: the returned message

    private func original(_ header: String) -> OriginalMessage? {
        classify(
            """
            Return-Path: <>
            X-Original-To: bounce+vera=dest.example@news.example
            Delivered-To: bounce@news.example
            From: Mail Delivery System <MAILER-DAEMON@mx.dest.example>
            Subject: Undelivered Mail Returned to Sender
            Content-Type: multipart/report; report-type=delivery-status; boundary=b

            --b
            Content-Type: message/delivery-status

            Reporting-MTA: dns; mx.dest.example

            Final-Recipient: rfc822; vera@dest.example
            Action: failed
            Status: 5.1.1

            --b
            Content-Type: text/rfc822-headers

            From: news@news.example
            \(header)

            --b--

            """
        ).original
    }

    @Test(
        "the returned List-Id is its identifier in lower case, else the whole value",
        arguments: [
            ("List-Id: Weekly news <Weekly.News.example>", "weekly.news.example"),
            ("List-ID: <weekly.news.example> (a comment)", "weekly.news.example"),
            ("List-Id: \"<<News>>\" <weekly.news.example>", "weekly.news.example"),
            ("List-Id: =?utf-8?q?N=C3=A9ws?= <\n weekly.news.example >", "weekly.news.example"),
            ("List-Id: Weekly.News.example", "weekly.news.example"),
            ("List-Id: Weekly\u{1} \t News <>", "weekly news <>"),
            ("List-Id: Weekly <news", "weekly <news"),
            ("List-Id:  ", nil),
            ("X-List: <weekly.news.example>", nil),
        ] as [(String, String?)])
    func listID(header: String, expected: String?) {
        #expect(original(header)?.listID == expected)
    }

    @Test("the returned Feedback-ID is one line, as it is written")
    func feedbackID() {
        #expect(original("Feedback-ID: Spring26:C1:News:sender7")?.feedbackID == "Spring26:C1:News:sender7")
        #expect(original("Feedback-Id:  a\u{0}b\n c:d ")?.feedbackID == "a b c:d")
        #expect(original("Subject: News")?.feedbackID == nil)
    }

    @Test("both are cut at a character's end")
    func identifiersAreLimited() {
        let limit = Limits.identifierBytes
        let long = String(repeating: "é", count: limit)
        let found = original("List-Id: <\(long)>\nFeedback-ID: x\(long)")
        #expect(found?.listID == String(repeating: "é", count: limit / 2))
        #expect(found?.feedbackID == "x" + String(repeating: "é", count: (limit - 1) / 2))
        #expect(found?.feedbackID?.utf8.count == limit)
    }

    @Test("they are read where the returned message is quoted in prose, too")
    func quotedInProse() {
        let verdict = classify(
            """
            Return-Path: <>
            Delivered-To: bounce@news.example
            From: MAILER-DAEMON@qmail.example
            Subject: failure notice

            Hi. This is the qmail-send program at qmail.example.
            I'm afraid I wasn't able to deliver your message to the following addresses.
            This is a permanent error; I've given up. Sorry it didn't work out.

            <frank@qmail.example>:
            Sorry, no mailbox here by that name. (#5.1.1)

            --- Below this line is a copy of the message.

            Return-Path: <bounce@news.example>
            From: news@news.example
            To: frank@qmail.example
            List-Id: News <news.example>
            Feedback-ID: 7:news
            Subject: News

            Hello

            """)
        #expect(verdict.outcomeLines == ["frank@qmail.example hard userunknown 5.1.1 -"])
        #expect(verdict.original?.listID == "news.example")
        #expect(verdict.original?.feedbackID == "7:news")
        #expect(verdict.deliveredTo == ["bounce@news.example"])
    }
}
