import Foundation
import Testing

@Suite("verp")
struct VERPCommandTests {
    private let folder: TemporaryFolder
    private static let secret = "abcdefghijklmnopqrstuvwxyz234567abcdefghijklmnopqrst"

    init() throws { folder = try TemporaryFolder() }

    /// A key file that only its owner may read.
    private func keyFile(_ name: String, _ text: String, mode: Int = 0o600) throws -> String {
        let path = try folder.write(name, text)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        return path
    }

    private func config(_ verp: String, name: String = "config.toml") throws -> String {
        try folder.write(name, "[verp]\n\(verp)\n")
    }

    private func config(keys: String..., more: String = "") throws -> String {
        try config("keys = [\(keys.map { "\"file:\($0)\"" }.joined(separator: ", "))]\n\(more)")
    }

    @Test("make prints the envelope sender, and read its recipient, the key's name and that the signature holds")
    func makeAndRead() throws {
        let config = try config(keys: try keyFile("key", "# ours\n\nk1:\(Self.secret)\n"))
        let made = try Program.run(
            "verp", "make", "Bob@Dest.Example", "--return-path", "bounce@news.example", "--config", config)
        #expect(made.status == 0)
        // Python's hmac: see SignedTagTests.
        #expect(made.text == "bounce+k1a1b4b45a432f+bob=dest.example@news.example\n")
        for tag in [
            made.lines.first ?? "", String(made.text.prefix { $0 != "@" }), made.lines.first?.uppercased() ?? "",
        ] {
            let read = try Program.run("verp", "read", tag, "--config", config)
            #expect(read.status == 0)
            #expect(read.text == "bob@dest.example: valid, key k1\n")
        }
    }

    @Test("make writes the day where tags expire, and a domain beyond ASCII in A-labels")
    func dayAndDomain() throws {
        let config = try config(
            keys: try keyFile("key", "k1:\(Self.secret)\n"),
            more: "return_path = \"bounce@news.example\"\nexpiry_days = 60\ndelimiter = \"-\"\n")
        let made = try Program.run("verp", "make", "bob@bücher.example", "--config", config)
        #expect(made.lines.first?.hasSuffix("-bob=xn--bcher-kva.example@news.example") == true)
        let read = try Program.run("verp", "read", made.lines.first ?? "", "--format", "jsonl", "--config", config)
        #expect(read.status == 0)
        let object = try #require(try read.objects().first)
        #expect(object["recipient"] as? String == "bob@xn--bcher-kva.example")
        #expect(object["trust"] as? String == "valid")
        #expect(object["key"] as? String == "k1")
        let day = try #require(object["day"] as? String)
        #expect(day.count == 10 && day.hasPrefix("20"))
    }

    @Test("signs with the first key and verifies with all, in files or in the configuration itself")
    func rotation() throws {
        let (old, new) = (
            try keyFile("old", "k1:\(Self.secret)\n"), try keyFile("new", "k2:\(Self.secret)2\nk3:\(Self.secret)3")
        )
        func make(_ config: String) throws -> String {
            let made = try Program.run(
                "verp", "make", "bob@dest.example", "--return-path", "b@n.example", "--config", config)
            return try #require(made.lines.first, "\(made.errors)")
        }
        let first = try make(try config(keys: old))
        let both = try config(keys: new, old)
        #expect(try make(both).hasPrefix("b+k2"))
        #expect(try Program.run("verp", "read", first, "--config", both).text == "bob@dest.example: valid, key k1\n")
        let gone = try Program.run("verp", "read", first, "--config", try config(keys: new))
        #expect(gone.status == 65)
        #expect(gone.text == "bob@dest.example: invalid, key k1\n")
        let inline = try config("keys = [\"k1:\(Self.secret)\"]", name: "inline.toml")
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: inline)
        #expect(try make(inline) == first)
    }

    @Test("read says with status 65 what carries no signature, and what names nobody")
    func unsigned() throws {
        let config = try config(keys: try keyFile("key", "k1:\(Self.secret)\n"))
        let plain = try Program.run("verp", "read", "owner-list+bob=dest.example@news.example", "--config", config)
        #expect(plain.status == 65)
        #expect(plain.text == "bob@dest.example: unsigned\n")
        for tag in ["bounce@news.example", "\u{1B}[31m", ""] {
            let none = try Program.run("verp", "read", tag, "--config", config)
            #expect(none.status == 65)
            #expect(none.output.isEmpty)
            #expect(none.errorLines.count == 1)
            #expect(none.errors.contains("names no recipient") && !none.errors.contains("\u{1B}"))
        }
    }

    @Test("read prints the id that a pattern finds, which proves nothing, and needs no key for that")
    func pattern() throws {
        let config = try config("patterns = [\"b-{id}@news.example\", \"c.{id}.{recipient}@news.example\"]")
        let id = try Program.run("verp", "read", "B-aX9@News.Example", "--config", config)
        #expect(id.status == 65)
        #expect(id.text == "id aX9\n")
        let both = try Program.run("verp", "read", "c.7.bob=dest.example@news.example", "--config", config)
        #expect(both.text == "bob@dest.example: unsigned, id 7\n")
        let json = try Program.run("verp", "read", "b-aX9@news.example", "--format", "jsonl", "--config", config)
        let object = try #require(try json.objects().first)
        #expect(object["tag_id"] as? String == "aX9")
        #expect(object.count == 1)
        #expect(try Program.run("verp", "read", "d-1@news.example", "--config", config).output.isEmpty)
    }

    @Test("the id that a pattern finds stands in what classify prints")
    func classified() throws {
        let config = try config("patterns = [\"b-{id}@news.example\"]")
        let mail = try folder.write(
            "mail", "Delivered-To: b-a,X9@news.example\n" + Mail.bounce("bob@dest.example", id: "T1"))
        let other = try folder.write(
            "other", "Delivered-To: b-aX9@News.Example\n" + Mail.bounce("bob@dest.example", id: "T2"))
        let json = try Program.run("classify", "--format", "jsonl", "--config", config, mail, other)
        #expect(try json.objects().map { $0["tag_id"] as? String } == [nil, "aX9"])
        let maildir = try folder.makeMaildir()
        try FileManager.default.copyItem(atPath: other, toPath: maildir + "/new/1.a")
        let csv = try Program.run(
            "scan", "--maildir", maildir, "--ledger", folder.path("ledger"), "--dry-run", "--format", "csv", "--config",
            config)
        let rows = csv.lines.map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }
        #expect(rows.contains { $0.hasSuffix(",withheld,tag_id,party") })
        #expect(rows.contains { $0.contains(",aX9,") })
        #expect(
            try Program.run("classify", "--explain", "--config", config, other).text.contains("return path: id aX9"))
    }

    @Test("read says with status 65 that a tag has expired")
    func expired() throws {
        let key = try keyFile("key", "k1:\(Self.secret)\n")
        let config = try config(keys: key, more: "expiry_days = 60")
        // Made on 2026-11-24 less 10,000 days.
        let tag = "bounce+k12a1d50853908dafc+bob=dest.example@news.example"
        let read = try Program.run("verp", "read", tag, "--config", config)
        #expect(read.status == 65)
        #expect(read.text == "bob@dest.example: expired, key k1, made 1999-07-09\n")
        #expect(try Program.run("verp", "read", tag, "--config", try self.config(keys: key)).status == 0)
    }

    @Test(
        "make refuses with status 65 what is no address, and what does not fit into 64 octets",
        arguments: [
            ("bob", "no mail address"), ("bob@[192.0.2.1]", "no address"),
            ("\(String(repeating: "b", count: 50))@dest.example", "64 (RFC 5321"),
        ])
    func refused(address: String, words: String) throws {
        let config = try config(keys: try keyFile("key", "k1:\(Self.secret)\n"))
        let run = try Program.run(
            "verp", "make", address, "--return-path", "bounce@news.example", "--config", config)
        #expect(run.status == 65)
        #expect(run.output.isEmpty)
        #expect(run.errorLines.count == 1)
        #expect(run.errors.contains(words), "\(run.errors)")
    }

    @Test("key prints a key that works, another one each time, under the name asked for")
    func key() throws {
        let (first, second) = (try Program.run("verp", "key"), try Program.run("verp", "key", "--id", "q7"))
        #expect(first.status == 0 && second.status == 0)
        #expect(first.text.suffix(53) != second.text.suffix(53))
        #expect(second.text.hasPrefix("q7:"))
        let config = try config(keys: try keyFile("key", second.text))
        let made = try Program.run("verp", "make", "b@d.example", "--return-path", "b@n.example", "--config", config)
        #expect(made.text.hasPrefix("b+q7"))
        #expect(try Program.run("verp", "key", "--id", "long").status == 64)
    }

    @Test("refuses a key file that a group may write, or of another user than root and the one who runs it")
    func foreignKey() throws {
        let group = try keyFile("group", "k1:\(Self.secret)\n", mode: 0o660)
        let run = try Program.run("verp", "read", "x+b=d.example", "--config", try config(keys: group))
        #expect(run.status == 78)
        #expect(run.errors.contains("do chmod g-w \(group) first"))
        guard Program.isRoot else { return }
        let foreign = try keyFile("foreign", "k1:\(Self.secret)\n")
        #expect(chown(foreign, 1_001, 1_001) == 0)
        let config = try config(keys: foreign)
        let maildir = try folder.makeMaildir()
        for arguments in [
            ["scan", "--maildir", maildir, "--ledger", folder.path("l")],
            ["verp", "make", "b@d.example", "--return-path", "x@n.example"],
            ["classify", config],
        ] {
            let run = try Program.run(arguments + ["--config", config])
            #expect(run.status == 78)
            #expect(run.errors.contains("uid 1001"), "\(run.errors)")
        }
        #expect(chown(foreign, 0, 65_534) == 0 && chmod(foreign, 0o640) == 0 && chmod(folder.root, 0o755) == 0)
        let service = try Program.run(["verp", "read", "x+b=d.example", "--config", config], asNobody: true)
        #expect(service.status != 78, "\(service.errors)")
    }

    @Test("refuses a key file that everybody may read, with the command that mends it", arguments: [0o644, 0o602])
    func worldReadable(mode: Int) throws {
        let key = try keyFile("key", "k1:\(Self.secret)\n", mode: mode)
        let config = try config(keys: key)
        for command in [["make", "b@d.example", "--return-path", "b@n.example"], ["read", "x+b=d.example"]] {
            let run = try Program.run(["verp"] + command + ["--config", config])
            #expect(run.status == 78)
            #expect(run.errorLines.count == 1)
            #expect(run.errors.contains("do chmod o-rwx \(key) first"))
        }
        let mended = try Program.shell(
            "chmod o-rwx \"$1\" && \"$PROGRAM\" verp read x+b=d.example --config \"$2\"", key, config)
        #expect(mended.status == 65)
    }

    @Test(
        "names the line of what is no key, and never repeats it",
        arguments: [
            ("k1:short\n", "key:1: "), ("# x\nk1:\(secret)\nsecretsecretsecret\n", "key:3: "),
            ("# only\n", "holds no key"),
            ("k1:\(secret)\nk1:\(secret)\n", "two keys of verp.keys are called k1"),
        ])
    func badKey(text: String, words: String) throws {
        let config = try config(keys: try keyFile("key", text))
        let run = try Program.run("verp", "read", "x+b=d.example", "--config", config)
        #expect(run.status == 78)
        #expect(run.errorLines.count == 1)
        #expect(run.errors.contains(words), "\(run.errors)")
        #expect(!run.errors.contains("secretsecret") && !run.errors.contains("short\n"))
    }

    @Test("says with status 78 that there is no key, no such file, no file, or a key in a file that all may read")
    func noKey() throws {
        let absent = folder.path("absent")
        let open = try config("keys = [\"k1:\(Self.secret)\"]", name: "open.toml")
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: open)
        for (config, words) in [
            (try config("return_path = \"b@n.example\"", name: "1.toml"), "no key: "),
            (try config("keys = [\"file:\(absent)\"]", name: "2.toml"), "verp key > \(absent)"),
            (try config("keys = [\"file:\(folder.root)\"]", name: "3.toml"), "must be a file"),
            (open, "do chmod o-r \(open) first"),
            (try config("keys = [\"nonsense\"]", name: "4.toml"), "4.toml:2:8: verp.keys holds what is neither"),
            (try config("delimiter = \"ab\"", name: "5.toml"), "5.toml:2:13: verp.delimiter "),
            (try config("expiry_days = 0", name: "6.toml"), "6.toml:2:15: verp.expiry_days "),
        ] {
            let run = try Program.run("verp", "make", "b@d.example", "--return-path", "b@n.example", "--config", config)
            #expect(run.status == 78)
            #expect(run.errorLines.count == 1)
            #expect(run.errors.contains(words), "\(run.errors)")
        }
    }

    @Test("wants no key for the commands that check no signature")
    func lazyKeys() throws {
        let config = try config(keys: folder.path("absent"))
        #expect(try Program.run("rules", "list", "--config", config).status == 0)
        let check = try Program.run("check", "bob@dest.example", "--ledger", folder.path("none.db"), "--config", config)
        #expect(check.status == 66)
    }
}
