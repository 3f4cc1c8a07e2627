import Bytes
import Foundation
import Testing

@testable import MaildirBounce

@Suite("import: tables and charsets")
struct ImportTableTests {
    private let folder: TemporaryFolder
    private let ledger: String

    init() throws {
        folder = try TemporaryFolder()
        ledger = folder.path("ledger.sqlite")
    }

    private func take(_ input: Data, _ arguments: String...) throws -> Run {
        try Program.run(["import", "--format", "csv", "--ledger", ledger] + arguments, input: input)
    }

    private func take(_ text: String, _ arguments: String...) throws -> Run {
        try Program.run(["import", "--format", "csv", "--ledger", ledger] + arguments, input: Data(text.utf8))
    }

    /// Address, reason and time of each who is suppressed.
    private func rows() throws -> [[String]] {
        try Program.run("export", "--format", "jsonl", "--ledger", ledger).objects().map { row in
            ["address", "reason", "since"].map { row[$0] as? String ?? "" }
        }
    }

    private var today: String { String(timestamp(Int64(time(nil)))?.prefix(10) ?? "") }

    // MARK: columns

    @Test("It says which column it took for what")
    func said() throws {
        let run = try take(
            "id,Email,name,reason,bounced_at\n7,bob@dest.example,Bob,left,2021-01-02T03:04:05Z\n")
        #expect(run.status == 0)
        #expect(
            run.errors
                == "maildir-bounce: took column 2 'Email' as the address, column 5 'bounced_at' as the date, column 4 'reason' "
                + "as the reason; passed over 'id', 'name'\n")
        #expect(try rows() == [["bob@dest.example", "left", "2021-01-02T03:04:05Z"]])
    }

    @Test(
        "A date that is not the suppression's is not taken, and that is said",
        arguments: [
            "created", "created_at", "Created At", "date", "timestamp", "updated_at", "subscribed_at", "signup_date",
            "expires", "expires_at", "登録日",
        ])
    func foreignDate(name: String) throws {
        let run = try take("email,\(name)\nbob@dest.example,2001-02-03\n")
        #expect(run.status == 0)
        #expect(run.errors.contains("no date; passed over '\(name)'"), "\(run.errors)")
        if !name.hasPrefix("expires") {
            #expect(
                run.errors.contains(
                    "column 2 '\(name)' does not say that it is the date of the suppression: name it since"))
        }
        #expect(try rows().first?.last?.prefix(10) == today[...])
    }

    @Test(
        "A date that says it is the suppression's is taken",
        arguments: ["since", "Suppressed At", "bounced_at", "bounce-date", "unsubscribedAt", "complaint_date"])
    func ownDate(name: String) throws {
        let run = try take("created_at,email,\(name)\n2001-02-03,bob@dest.example,2021-01-02\n")
        #expect(run.errors.contains("column 3 '\(name)' as the date; passed over 'created_at'"), "\(run.errors)")
        #expect(try rows() == [["bob@dest.example", "import", "2021-01-02T00:00:00Z"]])
    }

    @Test("Of two dates none is taken, and that is said; our own name is meant as ours")
    func ambiguous() throws {
        let run = try take("email,bounced_at,unsubscribed_at\nbob@dest.example,2021-01-02,2021-01-03\n")
        #expect(run.errors.contains("column 2 'bounced_at' and column 3 'unsubscribed_at' could each be the date"))
        #expect(try rows().first?.last?.prefix(10) == today[...])
        #expect(try take("bounced_at,email,since\n2021-01-02,ann@dest.example,2021-01-04\n").status == 0)
        #expect(try rows().first == ["ann@dest.example", "import", "2021-01-04T00:00:00Z"])
        let twice = try take(
            "email,since\ncid@dest.example,2021-01-04\n".replacingOccurrences(of: "since", with: "until,until"))
        #expect(twice.errors.contains("could each be the end, so none is, and no suppression ends"), "\(twice.errors)")
        #expect(twice.status == 0)
    }

    @Test(
        "The column with the address by other names",
        arguments: ["Email Address", "E-Mail-Adresse", "subscriber_email", "メールアドレス", "RECIPIENT", "Address"])
    func addressNames(name: String) throws {
        let run = try take("id,\(name),reason\n7,bob@dest.example,left\n")
        #expect(run.errors.contains("took column 2 '\(name)' as the address, column 3 'reason' as the reason; no date"))
        #expect(try rows().map { $0[0] } == ["bob@dest.example"])
    }

    @Test("Of two columns with a name of that kind none is taken for the address")
    func twoAddresses() throws {
        let run = try take("work_email,home_email\nbob@dest.example,ann@dest.example\n")
        #expect(run.status == 65)
        #expect(run.errors.contains("the first line names no column such as email"))
    }

    @Test("A table of people has a street, too: the mail address is the one taken")
    func street() throws {
        let run = try take("name,address,e-mail\nBob,1 High Street,bob@dest.example\n")
        #expect(run.errors.contains("column 3 'e-mail' as the address"))
        #expect(try rows().map(\.first) == ["bob@dest.example"])
    }

    @Test(
        "Separators and line ends of other programs",
        arguments: [
            "email;reason\nbob@dest.example;a, b\nann@dest.example;\"c;d\"\n",
            "email\treason\r\nbob@dest.example\ta, b\r\nann@dest.example\tc;d\r\n",
            "\u{FEFF}\"email\",\"reason\"\r\n\"bob@dest.example\",\"a, b\"\r\n\"ann@dest.example\",\"c;d\"",
            "sep=;\r\nreason;email\r\na, b;bob@dest.example\r\nc;\"ann@dest.example\"\r\n",
        ])
    func separators(table: String) throws {
        let run = try take(table)
        #expect(run.text == "2 suppressed\n", "\(run.errors)")
        let reasons = table.hasPrefix("sep=") ? ["c", "a, b"] : ["c;d", "a, b"]
        #expect(try rows().map { $0[1] } == reasons)
    }

    @Test("Without names the column with the address is taken, and no date")
    func headless() throws {
        let run = try take("7;bob@dest.example;2001-02-03\n8;ann@dest.example;2001-02-03\n")
        #expect(run.text == "2 suppressed\n")
        #expect(run.errors.contains("the first line names no column such as email: took column 2 as the address"))
        #expect(try rows().allSatisfy { $0[2].hasPrefix(today) })
    }

    @Test("A field in quotes may hold line ends, and the next line's number is right")
    func longRows() throws {
        let table = """
            email,reason
            "bob@dest.example","He said:
            ""no
            more""

            please"
            nonsense,x
            ann@dest.example,left

            """
        let run = try take(table, "--on-error", "skip")
        #expect(run.text == "2 suppressed, 1 broken and left out\n")
        #expect(run.errors.contains("line 7: nonsense: this is no mail address"))
        #expect(try rows().map { $0[1] } == ["left", "He said:\n\"no\nmore\"\n\nplease"])
    }

    @Test("A quotation mark that never ends takes nobody along", arguments: [0, 1, 150])
    func openQuote(after: Int) throws {
        let rest = (0..<after).map { "u\($0)@dest.example,left\n" }.joined()
        let run = try take(
            "email,reason\n\"bob@dest.example,left\n" + rest + "ann@dest.example,\"left\"\n", "--on-error", "skip")
        #expect(run.errors.contains("line 2: a quotation mark is out of place"), "\(run.errors)")
        #expect(run.text == "\(after + 1) suppressed, 1 broken and left out\n")
    }

    // MARK: charsets

    @Test(
        "Text that is not UTF-8 is refused with the number of its line", arguments: ["text", "csv", "jsonl", "postfix"])
    func notUTF8(format: String) throws {
        let lines = [
            "text": ["ann@dest.example", "j\u{F6}rg@dest.example"],
            "csv": ["ann@dest.example,left", "bob@dest.example,\u{F6}"],
            "jsonl": [#"{"address":"ann@dest.example"}"#, "{\"address\":\"bob@dest.example\",\"reason\":\"\u{F6}\"}"],
            "postfix": ["ann@dest.example REJECT left", "bob@dest.example REJECT \u{F6}"],
        ]
        let input = try #require((lines[format] ?? []).joined(separator: "\n").data(using: .isoLatin1))
        let run = try Program.run(["import", "--format", format, "--ledger", ledger], input: input)
        #expect(run.status == 65)
        #expect(run.errors.contains("line 2: this is not UTF-8; import --charset NAME"), "\(run.errors)")
        #expect(folder.names(".") == [])
    }

    @Test(
        "--charset reads it",
        arguments: [
            ("iso-8859-1", String.Encoding.isoLatin1, "Jörg ist weg"), ("windows-1252", .windowsCP1252, "„weg“ – 5 €"),
            ("Shift_JIS", .shiftJIS, "宛先不明ソ表"), ("iso-2022-jp", .iso2022JP, "宛先不明"),
            ("utf-16", .utf16, "ж宛😀"), ("utf-16le", .utf16LittleEndian, "ж宛😀"), ("utf-16be", .utf16BigEndian, "ж宛😀"),
            ("utf-8", .utf8, "宛先不明"),
        ])
    func charset(name: String, encoding: String.Encoding, reason: String) throws {
        // Longer than the pieces in which it is read.
        let count = 5_000
        let table =
            "email,reason\r\n" + (0..<count).map { "u\(10_000 + $0)@dest.example,\(reason)\r\n" }.joined()
        let run = try take(try #require(table.data(using: encoding)), "--charset", name)
        #expect(run.text == "\(count) suppressed\n", "\(run.errors)")
        #expect(Set(try rows().map { $0[1] }) == [reason])
    }

    @Test("What is wrong in the charset is refused, too, and nothing else")
    func wrongInCharset() throws {
        let run = try take(
            Data("email,reason\nann@dest.example,\u{20}".utf8) + Data([0x81, 0x20, 0x0A])
                + Data("bob@dest.example,x".utf8),
            "--charset", "shift_jis", "--on-error", "skip")
        #expect(run.errors.contains("line 2: this is not UTF-8"), "\(run.errors)")
        #expect(try rows().map(\.first) == ["bob@dest.example"])
        let cut = try take(Data("cid@dest.example,".utf8) + Data([0x83]), "--charset", "shift_jis")
        #expect(cut.status == 65)
        let surrogate = Data([0x61, 0, 0, 0xD8, 0x0A, 0])
        let next = try #require("dan@dest.example\n".data(using: .utf16LittleEndian))
        #expect(
            try take(surrogate + next, "--charset", "utf-16le", "--on-error", "skip").text
                == "1 suppressed, 1 broken and left out\n")
    }

    @Test("UTF-16 without --charset is named, and an unknown charset refused")
    func unknown() throws {
        let run = try take(try #require("\u{FEFF}bob@dest.example\n".data(using: .utf16LittleEndian)))
        #expect(run.status == 65)
        #expect(run.errors.contains("line 1: this is not UTF-8; it looks like UTF-16"), "\(run.errors)")
        #expect(try take("bob@dest.example\n", "--charset", "klingon").status == 64)
        #expect(try take("bob@dest.example\n", "--charset", "us-ascii").status == 0)
    }

    // MARK: SQL

    @Test("A string that all databases read alike")
    func strings() {
        #expect("a|\u{301}b".replacing(ascii: "|", with: "/") == "a/\u{301}b")
        #expect(SQLExport.string("it's") == "'it''s'")
        #expect(SQLExport.string("'\u{301}") == "'''\u{301}'")
        #expect(SQLExport.string("a\\") == #"REPLACE('a~0', '~0', SUBSTR('\\', 1, 1))"#)
        #expect(SQLExport.string("~0\\\u{301}~1'") == "REPLACE('~0~2\u{301}~1''', '~2', SUBSTR('\\\\', 1, 1))")
    }

    @Test("A long list is many statements, none of them long")
    func chunks() throws {
        let count = 2 * SQLExport.statementRows + 1
        let long = String(repeating: "\\", count: 4_000)
        let list = (0..<count).map { "{\"address\":\"u\($0)@dest.example\",\"reason\":\"\(long)\"}" }
        let escaped = list.joined(separator: "\n").replacingOccurrences(of: "\\", with: "\\\\")
        #expect(
            try Program.run(["import", "--format", "jsonl", "--ledger", ledger], input: Data(escaped.utf8)).status == 0)
        let sql = try Program.run("export", "--format", "sql", "--ledger", ledger).text
        let statements = sql.components(separatedBy: ";\n").filter { $0.hasPrefix("INSERT") }
        #expect(statements.count > 3)
        #expect(statements.allSatisfy { $0.utf8.count < SQLExport.statementBytes + 200 })
        #expect(statements.allSatisfy { $0.components(separatedBy: "\n(").count <= SQLExport.statementRows + 1 })
        #expect(statements.map { $0.components(separatedBy: "\n(").count - 1 }.reduce(0, +) == count)
        let empty = folder.path("empty.sqlite")
        #expect(try Program.run(["import", "--ledger", empty], input: Data("one@dest.example".utf8)).status == 0)
        #expect(try Program.run("release", "one@dest.example", "--ledger", empty).status == 0)
        #expect(try Program.run("export", "--format", "sql", "--ledger", empty).text.hasSuffix(";\nCOMMIT;\n"))
    }
}
