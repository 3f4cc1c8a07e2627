import Foundation
import Testing

@Suite("classify")
struct ClassifyTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test("prints one JSON object for each message, in the order given")
    func order() throws {
        let letter = try folder.write("b", Mail.letter(id: "A1"))
        let bounce = try folder.write("a", Mail.bounce("bob@dest.example", id: "A2"))
        let run = try Program.run("classify", "--format", "jsonl", letter, bounce, letter)
        #expect(run.status == 0)
        #expect(run.errors.isEmpty)
        let objects = try run.objects()
        #expect(objects.map { $0["file"] as? String } == [letter, bounce, letter])
        #expect(objects.map { $0["class"] as? String } == ["not-a-bounce", "hard-bounce", "not-a-bounce"])
        let recipients = try #require(objects[1]["recipients"] as? [[String: Any]])
        #expect(recipients.map { $0["address"] as? String } == ["bob@dest.example"])
        #expect(recipients.map { $0["kind"] as? String } == ["hard"])
        #expect(recipients.map { $0["verp"] as? Bool } == [false])
    }

    @Test("keeps the order of thousands of messages")
    func manyInOrder() throws {
        for number in 0..<3_000 {
            try folder.write("m/" + String(format: "%04d", number), Mail.letter(id: "L\(number)"))
        }
        let run = try Program.run("classify", "--format", "jsonl", folder.path("m"))
        #expect(run.status == 0)
        let files = try run.objects().compactMap { $0["file"] as? String }
        #expect(files == (0..<3_000).map { folder.path("m/" + String(format: "%04d", $0)) })
    }

    @Test("reads one message from standard input for -")
    func standardInput() throws {
        let run = try Program.run(
            "classify", "--format", "jsonl", "-", input: Data(Mail.bounce("bob@dest.example", id: "B1").utf8))
        #expect(run.status == 0)
        let objects = try run.objects()
        #expect(objects.map { $0["file"] as? String } == ["-"])
        #expect(objects.map { $0["class"] as? String } == ["hard-bounce"])
    }

    @Test("reads a message from a pipe that the shell names")
    func namedPipe() throws {
        let mail = try folder.write("mail", Mail.letter(id: "P1"))
        let run = try Program.shell(#""$PROGRAM" classify --format jsonl <(cat "$1")"#, mail)
        #expect(run.status == 0)
        #expect(try run.objects().count == 1)
    }

    @Test("takes a Maildir's new and then its cur, and nothing else of it")
    func maildir() throws {
        let maildir = try folder.makeMaildir()
        for name in ["cur/1.a:2,S", "new/2.b", "new/1.c", "tmp/3.d", "new/.hidden", "dovecot.index"] {
            try folder.write("Maildir/" + name, Mail.letter(id: "M1"))
        }
        let run = try Program.run("classify", "--format", "jsonl", maildir)
        #expect(
            try run.objects().compactMap { $0["file"] as? String }
                == ["new/1.c", "new/2.b", "cur/1.a:2,S"].map { maildir + "/" + $0 })
    }

    @Test("takes all regular files below another folder in the order of their names, and follows no link")
    func folderOfFiles() throws {
        for name in ["m/b/2", "m/a", "m/b/1", "m/c"] { try folder.write(name, Mail.letter(id: "F1")) }
        try FileManager.default.createSymbolicLink(atPath: folder.path("m/d"), withDestinationPath: "/etc/passwd")
        try FileManager.default.createSymbolicLink(atPath: folder.path("m/loop"), withDestinationPath: folder.path("m"))
        #expect(mkfifo(folder.path("m/fifo"), 0o600) == 0)
        let run = try Program.run("classify", "--format", "jsonl", folder.path("m"))
        #expect(run.status == 0)
        #expect(
            try run.objects().compactMap { $0["file"] as? String }
                == ["a", "b/1", "b/2", "c"].map { folder.path("m/" + $0) })
    }

    @Test("does the others where a path is missing, and says so with status 66")
    func missingPath() throws {
        let mail = try folder.write("mail", Mail.letter(id: "X1"))
        let run = try Program.run("classify", "--format", "jsonl", folder.path("absent"), mail)
        #expect(run.status == 66)
        #expect(run.errorLines == ["maildir-bounce: error: \(folder.path("absent")): no such file"])
        #expect(try run.objects().count == 1)
    }

    @Test("says with status 65 that nothing in the input was a message")
    func nothingUsable() throws {
        let maildir = try folder.makeMaildir()
        for run in [try Program.run("classify", maildir), try Program.run("classify", "-")] {
            #expect(run.status == 65)
            #expect(run.errorLines.count == 1)
            #expect(run.errors.contains("holds no message"))
        }
    }

    @Test("does not hang on a FIFO that nobody writes to")
    func emptyFIFO() throws {
        #expect(mkfifo(folder.path("fifo"), 0o600) == 0)
        let run = try Program.run("classify", folder.path("fifo"))
        #expect(run.status == 65)
    }

    @Test("changes nothing")
    func changesNothing() throws {
        let maildir = try folder.makeMaildir()
        try folder.write("Maildir/new/1.a", Mail.bounce("bob@dest.example", id: "N1"))
        let before = try folder.everything()
        #expect(try Program.run("classify", "--explain", maildir).status == 0)
        #expect(try folder.everything() == before)
    }

    @Test("shows a person the address, the reason and, with --explain, what decided")
    func text() throws {
        let mail = try folder.write("mail", Mail.bounce("bob@dest.example", id: "T1"))
        let plain = try Program.run("classify", mail)
        #expect(plain.text.contains("hard-bounce"))
        #expect(plain.text.contains("bob@dest.example"))
        #expect(plain.text.contains("userunknown"))
        #expect(!plain.text.contains("because:"))
        #expect(try Program.run("classify", "--explain", mail).text.contains("because:"))
        let object = try #require(
            try Program.run("classify", "--explain", "--format", "jsonl", mail).objects().first)
        let evidence = try #require(object["evidence"] as? [[String: Any]])
        #expect(evidence.contains { $0["matched"] != nil })
    }

    @Test("lets no control character of a name or a mail reach the terminal", arguments: ["text", "jsonl"])
    func hostileText(format: String) throws {
        let script = #"""
            name=$'1.\e]0;owned\a\n\xff\u202e.mail'
            printf 'From: a@dest.example\nSubject: \033[31m=?utf-8?q?=1B[2J=C2=9B?=\n\nx\n' > "$1/$name"
            "$PROGRAM" classify --explain --format "$2" "$1/$name" "$1/$name-absent"
            """#
        let run = try Program.shell(script, folder.root, format)
        #expect(run.status == 66)
        for bytes in [run.output, Data(run.errors.utf8)] {
            #expect(!bytes.isEmpty)
            #expect(bytes.allSatisfy { $0 == 0x0A || ($0 >= 0x20 && $0 != 0x7F) })
            #expect(bytes.range(of: Data("\u{202E}".utf8)) == nil)
            #expect(bytes.range(of: Data("\u{9B}".utf8)) == nil)
        }
        #expect(run.output.split(separator: 0x0A).count >= 1)
    }

    @Test("leaves quietly where the reader of its output goes away")
    func closedPipe() throws {
        for number in 0..<2_000 { try folder.write("m/\(number)", Mail.bounce("bob@dest.example", id: "C\(number)")) }
        let run = try Program.shell(
            #""$PROGRAM" classify "$1" | head -1 >/dev/null; exit ${PIPESTATUS[0]}"#, folder.path("m"))
        #expect(run.status == 0)
        #expect(run.errors.isEmpty)
    }

    @Test("says that standard output cannot be written, with status 74")
    func fullOutput() throws {
        let mail = try folder.write("mail", Mail.letter(id: "O1"))
        let run = try Program.shell(#""$PROGRAM" classify "$1" > /dev/full"#, mail)
        #expect(run.status == 74)
        #expect(run.errorLines.count == 1)
    }
}
