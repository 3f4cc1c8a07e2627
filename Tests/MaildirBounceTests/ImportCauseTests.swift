import Foundation
import Testing

@testable import MaildirBounce

@Suite("import: causes, and the exports of services")
struct ImportCauseTests {
    private let folder: TemporaryFolder
    private let ledger: String

    init() throws {
        folder = try TemporaryFolder()
        ledger = folder.path("ledger.sqlite")
    }

    private func run(_ arguments: String..., input: String = "") throws -> Run {
        try Program.run(arguments + ["--ledger", ledger], input: Data(input.utf8))
    }

    /// Address, cause, reason and time of each who is suppressed.
    private func rows() throws -> [[String]] {
        try run("export", "--format", "jsonl").objects().map { row in
            ["address", "cause", "reason", "since"].map { row[$0] as? String ?? "" }
        }
    }

    @Test("Each cause is stored, with its date", arguments: ["hard", "soft", "complaint", "unsubscribed", "manual"])
    func causes(cause: String) throws {
        let list = "email,since\nbob@dest.example,2021-01-02\n"
        let done = try run("import", "--format", "csv", "--cause", cause, input: list)
        #expect(done.status == 0, "\(done.errors)")
        #expect(try rows() == [["bob@dest.example", cause, "import", "2021-01-02T00:00:00Z"]])
        let changes = try run("changes", "--format", "jsonl").objects()
        #expect(changes.last?["cause"] as? String == cause)
        #expect(try run("policy", "explain", "bob@dest.example").text.contains("suppressed: "))
        #expect(try run("check", "bob@dest.example").status == 1)
        #expect(try run("release", "bob@dest.example").status == 0)
        #expect(try run("check", "bob@dest.example").status == 0)
    }

    @Test("A relay is named, and is told where to remove the address, too")
    func relay() throws {
        let refused = try run("import", "--cause", "relay", input: "bob@dest.example\n")
        #expect(refused.status == 65)
        #expect(refused.errors.contains("line 1: it does not say whose list has the address; give --relay"))
        #expect(
            try run(
                "import", "--cause", "relay", "--relay", "mailgun", "--reason", "two words", input: "bob@dest.example\n"
            ).status == 0)
        let row = try #require(try run("export", "--format", "jsonl").objects().first)
        #expect(row["cause"] as? String == "relay")
        #expect(row["relay"] as? String == "mailgun")
        #expect(row["reason"] as? String == "import")
        #expect(try run("check", "bob@dest.example").text.contains("Mailgun"))
        #expect(try run("address", "bob@dest.example").text.contains("as relay  mailgun  import"))
        #expect(try run("address", "bob@dest.example").text.contains("two words"))
    }

    @Test("A stronger cause stays, a weaker one adds nothing, and a list without times may come again")
    func stronger() throws {
        #expect(try run("import", "--cause", "soft", input: "bob@dest.example\n").text == "1 suppressed\n")
        #expect(
            try run("import", "--cause", "soft", input: "bob@dest.example\n").text == "0 suppressed, 1 already known\n")
        #expect(try run("import", "--cause", "complaint", input: "bob@dest.example\n").text == "1 suppressed\n")
        #expect(
            try run("import", "--cause", "hard", input: "bob@dest.example\n").text == "0 suppressed, 1 already known\n")
        #expect(try rows().map { $0[1] } == ["complaint"])
        #expect(try run("suppress", "bob@dest.example", "--reason", "x").status == 0)
        #expect(try rows().map { $0[1] } == ["manual"])
    }

    @Test("Who unsubscribed from one mailing gets the others")
    func stream() throws {
        let one = try run(
            "import", "--cause", "unsubscribed", "--stream", "news.example", input: "bob@dest.example\n")
        #expect(one.status == 0, "\(one.errors)")
        #expect(try run("check", "bob@dest.example").status == 0)
        #expect(try run("check", "bob@dest.example", "--stream", "news.example").status == 1)
        #expect(
            try run("import", "--cause", "unsubscribed", "--stream", "news.example", input: "bob@dest.example\n").text
                == "0 suppressed, 1 already known\n")
        #expect(try run("import", "--cause", "hard", "--stream", "news.example").status == 64)
        #expect(try run("import", "--cause", "hard", "--relay", "mailgun").status == 64)
    }

    @Test("A word that is no cause is a broken line, unless --cause says it for all")
    func unknown() throws {
        let list = "email,cause\nbob@dest.example,hard\nann@dest.example,whatever\n"
        let refused = try run("import", "--format", "csv", input: list)
        #expect(refused.status == 65)
        #expect(refused.errors.contains("line 3: the cause whatever is none of complaint, hard, manual"))
        #expect(!FileManager.default.fileExists(atPath: ledger))
        #expect(try run("import", "--format", "csv", "--on-error", "skip", input: list).status == 0)
        #expect(try rows().map { $0[0] } == ["bob@dest.example"])
        #expect(try run("import", "--format", "csv", "--cause", "complaint", input: list).status == 0)
        #expect(try rows().map { $0[1] } == ["complaint", "complaint"])
    }

    @Test("A cause of a whole domain is manual")
    func domain() throws {
        let list = #"{"domain":"evil.example","cause":"hard"}"# + "\n"
        let refused = try run("import", "--format", "jsonl", input: list)
        #expect(refused.status == 65)
        #expect(refused.errors.contains("a whole domain has the cause manual"))
    }

    // MARK: services

    private static let ses = """
        {
            "SuppressedDestinationSummaries": [
                {
                    "EmailAddress": "recipient2@example.com",
                    "Reason": "COMPLAINT",
                    "LastUpdateTime": "2020-04-10T21:03:05Z"
                },
                {"EmailAddress": "recipient0@example.com", "Reason": "BOUNCE", "LastUpdateTime": 1586552585.077}
            ],
            "NextToken": null
        }
        """

    @Test(
        "Lists of services are read by their own names",
        arguments: [
            (
                "amazon-ses", "json", ses, [],
                [
                    ["recipient0@example.com", "hard", "amazon-ses", "2020-04-10T21:03:05Z"],
                    ["recipient2@example.com", "complaint", "amazon-ses", "2020-04-10T21:03:05Z"],
                ]
            ),
            (
                "sendgrid", "csv",
                "status,reason,email,created\n5.1.1,\"550 5.1.1 no, such\",bob@dest.example,1443651125\n",
                ["--cause", "hard"], [["bob@dest.example", "hard", "sendgrid", "2015-09-30T22:12:05Z"]]
            ),
            (
                "sendgrid", "json", #"[{"created":1443651125,"email":"bob@dest.example","ip":"192.0.2.1"}]"#,
                ["--cause", "complaint"], [["bob@dest.example", "complaint", "sendgrid", "2015-09-30T22:12:05Z"]]
            ),
            (
                "postmark", "json",
                #"{"Suppressions":[{"EmailAddress":"a@wildbit.example","SuppressionReason":"ManualSuppression","Origin":"Customer","CreatedAt":"2019-12-10T08:58:33-05:00"},{"EmailAddress":"b@wildbit.example","SuppressionReason":"HardBounce","Origin":"Recipient","CreatedAt":"2019-12-11T08:58:33-05:00"}]}"#,
                [],
                [
                    ["a@wildbit.example", "manual", "postmark", "2019-12-10T13:58:33Z"],
                    ["b@wildbit.example", "hard", "postmark", "2019-12-11T13:58:33Z"],
                ]
            ),
            (
                "mailgun", "json",
                #"{"items":[{"address":"alice@example.com","code":"550","error":"No such mailbox","created_at":"Fri, 21 Oct 2011 11:02:55 UTC"}],"paging":{"next":"https://api.mailgun.net/x"}}"#,
                [], [["alice@example.com", "hard", "mailgun", "2011-10-21T11:02:55Z"]]
            ),
            (
                "mailgun", "csv", "address,tags,created_at\nbob@dest.example,*,\"Fri, 21 Oct 2011 11:02:55 UTC\"\n", [],
                [["bob@dest.example", "unsubscribed", "mailgun", "2011-10-21T11:02:55Z"]]
            ),
            (
                "mailchimp", "csv",
                "Email Address,First Name,OPTIN_TIME,UNSUB_TIME,UNSUB_REASON\nbob@dest.example,Bob,2019-01-01 00:00:00,2020-01-02 03:04:05,NORMAL\n",
                [], [["bob@dest.example", "unsubscribed", "mailchimp", "2020-01-02T03:04:05Z"]]
            ),
            (
                "mailchimp", "csv", "Email Address,OPTIN_TIME,CLEAN_TIME\nbob@dest.example,,2020-01-02 03:04:05\n", [],
                [["bob@dest.example", "hard", "mailchimp", "2020-01-02T03:04:05Z"]]
            ),
            (
                "listmonk", "csv",
                "uuid,email,name,attributes,status,created_at,updated_at\nu,bob@dest.example,Bob,\"{\"\"a\"\":1}\",blocklisted,2020-01-01T00:00:00Z,2021-01-02T03:04:05Z\nv,ann@dest.example,Ann,{},enabled,2020-01-01T00:00:00Z,2021-01-02T03:04:05Z\n",
                [], [["bob@dest.example", "manual", "listmonk", "2021-01-02T03:04:05Z"]]
            ),
            (
                "listmonk", "json",
                #"{"data":{"results":[{"id":1,"type":"hard","email":"bob@dest.example","created_at":"2021-01-02T03:04:05.1+01:00","campaign":{"id":1}},{"type":"soft","email":"ann@dest.example","created_at":"2021-01-02T03:04:05Z"}],"total":2}}"#,
                [], [["bob@dest.example", "hard", "listmonk", "2021-01-02T02:04:05Z"]]
            ),
            (
                "phplist", "csv", "email\tadded\nbob@dest.example\t2021-01-02 03:04:05\n", [],
                [["bob@dest.example", "manual", "phplist", "2021-01-02T03:04:05Z"]]
            ),
            (
                "mautic", "csv",
                "email,reason,date_added,channel,comments\nbob@dest.example,1,2021-01-02 03:04:05,email,x\nann@dest.example,2,2021-01-02 03:04:05,email,\ncid@dest.example,3,2021-01-02 03:04:05,sms,\n",
                [],
                [
                    ["ann@dest.example", "hard", "mautic", "2021-01-02T03:04:05Z"],
                    ["bob@dest.example", "unsubscribed", "mautic", "2021-01-02T03:04:05Z"],
                ]
            ),
        ] as [(String, String, String, [String], [[String]])])
    func provider(name: String, format: String, list: String, options: [String], expected: [[String]]) throws {
        let file = try folder.write("list", list)
        let arguments = ["import", file, "--provider", name, "--format", format, "--ledger", ledger] + options
        let done = try Program.run(arguments)
        #expect(done.status == 0, "\(done.errors)")
        #expect(try rows() == expected)
        #expect(try Program.run(arguments).text.hasPrefix("0 suppressed, "))
    }

    @Test("A service's list that does not say the cause is refused, and the ledger stays as it was")
    func noCause() throws {
        let list = "status,reason,email,created\n5.1.1,x,bob@dest.example,1443651125\n"
        let refused = try run("import", "--provider", "sendgrid", "--format", "csv", input: list)
        #expect(refused.status == 65)
        #expect(refused.errors.contains("line 2: the list does not say why the address is suppressed; give --cause"))
        #expect(!FileManager.default.fileExists(atPath: ledger))
        #expect(try run("import", "--provider", "sendgrid", input: list).status == 64)
    }

    // MARK: JSON texts

    @Test(
        "A broken JSON text changes nothing, and its line is named",
        arguments: [
            (
                "[\n{\"address\":\"bob@dest.example\"},\n{\"address\":\"ann@dest.example\"",
                "line 3: the JSON text ends early"
            ),
            ("[\n{\"address\":\"bob@dest.example\"},\n]]", "line 3: a bracket is out of place"),
            ("[\n{\"address\":\"bob@dest.example\"},\n{\"address\":7}]", "line 3: there is no \"address\""),
            ("[\n{\"address\":\"bob@dest.example\"},\n\"ann@dest.example\"]", "line 3: the list has a text"),
            ("[\n{\"address\":\"bob@dest.example\"},\n{\"a\":\u{1}}]", "line 3: this is no JSON object"),
            ("{\"address\":\"bob@dest.example\"}\n", "there is no list of objects"),
            ("[{\"address\":\"bob@dest.example\"}]\n<html>", "line 2: this is no JSON"),
            (String(repeating: "[", count: 100_000), "nested more than 64 deep"),
            ("[{\"x\":" + String(repeating: "[", count: 100_000), "nested more than 64 deep"),
            (
                "[{\"address\":\"" + String(repeating: "x", count: 200_000) + "\"}]",
                "the object has more than 65536 bytes"
            ),
        ])
    func broken(list: String, problem: String) throws {
        let refused = try run("import", "--format", "json", input: list)
        #expect(refused.status == 65)
        #expect(refused.errors.contains(problem), "\(refused.errors)")
        #expect(!FileManager.default.fileExists(atPath: ledger))
    }

    @Test("Of a JSON text with a broken object the rest is taken if that is asked")
    func rest() throws {
        let list = "[{\"address\":\"bob@dest.example\"},\n{\"address\":7},{\"address\":\"ann@dest.example\"}]"
        let done = try run("import", "--format", "json", "--on-error", "skip", input: list)
        #expect(done.text == "2 suppressed, 1 broken and left out\n")
        #expect(try rows().map { $0[0] } == ["ann@dest.example", "bob@dest.example"])
    }
}
