import Foundation
import Testing

/// Examples/verp, run by the real interpreters and read by the real binary.
@Suite("Examples/verp")
struct VERPExampleTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../Examples/verp").standardizedFileURL.path
    private static let recipients = [
        "bob@dest.example", "Bob.Miller@Dest.Example", "bob+news@dest.example", "a=b_c-d@dest.example",
        "o'hara@dest.example", "a..b...c.@docomo.example", "jörg@dest.example", "123@xn--bcher-kva.example",
    ]

    @Test(
        "PHP makes the tags that verp make makes",
        .enabled(if: isThere("php -r 'hash_hmac(\"sha256\", 1, 1);'"), skip("php-cli")))
    func php() throws { try compare("php", "return_path.php") }

    @Test(
        "Perl makes the tags that verp make makes",
        .enabled(if: isThere("perl -MDigest::SHA -e 1"), skip("perl")))
    func perl() throws { try compare("perl", "return_path.pl") }

    @Test(
        "Python makes the tags that verp make makes",
        .enabled(if: isThere("python3 -c 'import hmac'"), skip("python3")))
    func python() throws { try compare("python3", "return_path.py") }

    private func compare(_ interpreter: String, _ script: String) throws {
        let folder = try TemporaryFolder()
        let key = try folder.write("key", "# ours\n\n" + (try Program.run("verp", "key")).text + "zz:no\n")
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: key)
        // The second line is no key: the scripts take the first, as they say.
        let single = try folder.write("single", String(try String(contentsOfFile: key, encoding: .utf8).dropLast(6)))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: single)
        let config = try folder.write("config.toml", "[verp]\nkeys = [\"file:\(single)\"]\nexpiry_days = 60\n")
        let endless = try folder.write("endless.toml", "[verp]\nkeys = [\"file:\(single)\"]\n")
        let today = Int(Date().timeIntervalSince1970) / 86_400
        func run(_ arguments: String...) throws -> Run {
            try Program.command(["/usr/bin/env", interpreter, "\(Self.folder)/\(script)"] + arguments)
        }
        for recipient in Self.recipients {
            let theirs = try run(key, "bounce@news.example", recipient)
            #expect(theirs.status == 0, "\(theirs.errors)")
            let ours = try Program.run(
                "verp", "make", recipient, "--return-path", "bounce@news.example", "--config", endless)
            #expect(ours.text == theirs.text)
            let dated = try run(key, "b@news.example", recipient, "\(today)")
            let read = try Program.run("verp", "read", dated.lines.first ?? "", "--format", "jsonl", "--config", config)
            #expect(read.status == 0, "\(dated.errors)")
            #expect(try read.objects().first?["recipient"] as? String == recipient.lowercased())
            #expect(try read.objects().first?["day"] != nil)
        }
        let long = try run(key, "bounce@news.example", String(repeating: "b", count: 50) + "@dest.example")
        #expect(long.status != 0 && long.output.isEmpty)
        #expect(long.errors.contains("too long"))
    }

    /// Where CI is set nothing is skipped: what is missing then fails.
    private static func isThere(_ command: String) -> Bool {
        if ProcessInfo.processInfo.environment["CI"] != nil { return true }
        return (try? Program.command(["/bin/bash", "-c", command]))?.status == 0
    }

    private static func skip(_ package: String) -> Comment {
        "\(recipients.count) cases skipped: \(package) is not installed; scripts/install-deps.sh test installs it"
    }
}
