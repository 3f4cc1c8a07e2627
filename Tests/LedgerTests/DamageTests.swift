import Glibc
import Testing

@testable import Ledger
@testable import LedgerPostgreSQL

@Suite("A ledger that is not whole answers nothing")
struct DamageTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        let ledger = try LedgerStore(path: folder.file, mode: .readWrite, policy: Policy.byDays)
        try ledger.commit((0..<300).map { report($0, address: "a\($0)@dest\($0).example") })
    }

    private var size: Int { Int(LedgerFile.size(folder.file) ?? 0) }

    private func failure(_ path: String, _ mode: LedgerStore.Mode) -> LedgerError? {
        do {
            _ = try LedgerStore(path: path, mode: mode, policy: Policy.byDays, busySeconds: 1)
            return nil
        } catch {
            return error
        }
    }

    private func expectDamage(_ words: String..., sourceLocation: SourceLocation = #_sourceLocation) {
        let before = folder.contents()
        for mode in [LedgerStore.Mode.readOnly, .readWrite] {
            let error = failure(folder.file, mode)
            #expect(error?.category == .inputOutput, "\(error?.description ?? "-")", sourceLocation: sourceLocation)
            for word in words {
                #expect(error?.description.contains(word) == true, sourceLocation: sourceLocation)
            }
        }
        #expect(folder.contents() == before, sourceLocation: sourceLocation)
    }

    @Test("Cut off anywhere, by one byte or all but one")
    func cut() throws {
        let whole = size
        for length in [0, 1, 15, 16, 99, 100, 101, 511, 4_095, 4_096, 4_097, whole / 2, whole - 4_096, whole - 1] {
            _ = shell("cp '\(folder.file)' '\(folder.path)/whole'; truncate -s \(length) '\(folder.file)'")
            expectDamage(length == 0 ? "is empty" : "damaged")
            _ = shell("mv '\(folder.path)/whole' '\(folder.file)'")
        }
        #expect(failure(folder.file, .readOnly) == nil)
    }

    @Test("Cut off while the WAL holds what was committed last")
    func cutBesideWAL() throws {
        let copy = try TemporaryFolder()
        let writer = try LedgerStore(path: folder.file, mode: .readWrite, policy: Policy.byDays)
        try writer.commit([report(1_000)])
        _ = shell("cp '\(folder.file)' '\(folder.file)-wal' '\(folder.file)-shm' '\(copy.path)/'")
        #expect(failure(copy.file, .readOnly) == nil)
        // The last page may be in the WAL, too; then nothing is lost.
        for length in [0, 99, 4_096, size / 2] {
            _ = shell("cp '\(folder.file)' '\(copy.path)/'; truncate -s \(length) '\(copy.file)'")
            let error = failure(copy.file, .readOnly)
            #expect(error?.category == .inputOutput, "\(length)")
        }
        try writer.commit([])
    }

    @Test("A checkpoint that was killed between two pages is no damage: the rest is in the WAL")
    func halfCheckpoint() throws {
        let copy = try TemporaryFolder()
        let writer = try LedgerStore(path: folder.file, mode: .readWrite, policy: Policy.byDays)
        let before = size
        try writer.commit((1_000..<2_000).map { report($0, address: "b\($0)@dest\($0).example") })
        for suffix in ["", "-wal", "-shm"] { _ = shell("cp '\(folder.file)\(suffix)' '\(copy.path)/'") }
        // Its first page, with the new count of pages, was written; the new pages were not.
        _ = try writer.checkpoint()
        #expect(size > before)
        _ = shell("dd if='\(folder.file)' of='\(copy.file)' bs=4096 count=1 conv=notrunc")
        let reader = try LedgerStore(path: copy.file, mode: .readOnly, policy: Policy.byDays)
        #expect(try reader.check("b1999@dest1999.example", at: time(day: 1)) != .mayMail)
        // Without the WAL it is.
        _ = shell(": > '\(copy.file)-wal'")
        #expect(failure(copy.file, .readOnly)?.category == .inputOutput)
    }

    @Test("A database that was a ledger, or has its mark, and has no tables, no version, or not all tables")
    func hollow() throws {
        for change in [
            "PRAGMA user_version = 0", "PRAGMA application_id = 0", "DROP TABLE forgotten", "DROP TABLE setting",
        ] {
            _ = shell("cp '\(folder.file)' '\(folder.path)/whole'; sqlite3 '\(folder.file)' '\(change)'")
            expectDamage()
            _ = shell("rm '\(folder.file)'*; mv '\(folder.path)/whole' '\(folder.file)'")
        }
        for statements in ["VACUUM", "PRAGMA application_id = \(Schema.applicationID); VACUUM"] {
            _ = shell("rm '\(folder.file)'*; sqlite3 '\(folder.file)' '\(statements)'")
            expectDamage()
        }
    }

    @Test(
        "A byte changed in the index of addresses: check finds that something is wrong, and so does the integrity check"
    )
    func index() throws {
        let bytes = Array("a123@dest123.example".utf8)
        let text = shell("grep -abo 'a123@dest123.example' '\(folder.file)' | cut -d: -f1")
        let places = text.split(separator: "\n").compactMap { Int64($0) }
        var found = 0
        for place in places {
            _ = shell("cp '\(folder.file)' '\(folder.path)/whole'")
            let file = try #require(fopen(folder.file, "r+"))
            fseeko(file, off_t(place) + 2, SEEK_SET)
            fputc(Int32(bytes[2]) + 1, file)
            fclose(file)
            let reader = try LedgerStore(path: folder.file, mode: .readOnly, policy: Policy.byDays)
            do {
                #expect(try reader.check("a123@dest123.example", at: time(day: 1)) != .mayMail)
            } catch {
                #expect(error.category == .inputOutput)
                found += 1
                #expect(try !reader.integrityProblems(limit: 3).isEmpty)
            }
            _ = shell("mv '\(folder.path)/whole' '\(folder.file)'")
        }
        #expect(found > 0)
    }

    @Test("A symbolic link leads to the ledger, and to what SQLite keeps next to it")
    func link() throws {
        let elsewhere = try TemporaryFolder()
        let link = elsewhere.file
        _ = shell("ln -s '\(folder.file)' '\(link)'")
        let writer = try LedgerStore(path: folder.file, mode: .readWrite, policy: Policy.byDays)
        try writer.commit([report(1_000, address: "late@late.example")])
        // What is in the WAL only.
        let reader = try LedgerStore(path: link, mode: .readOnly, policy: Policy.byDays)
        #expect(try reader.check("late@late.example", at: time(day: 1)) != .mayMail)
        #expect(shell("ls -A '\(elsewhere.path)'") == "ledger.sqlite\n")
        // One that leads to nothing yet.
        _ = shell("ln -s new.sqlite '\(elsewhere.path)/second'")
        _ = try LedgerStore(path: elsewhere.path + "/second", mode: .readWrite, policy: Policy.byDays)
        #expect(LedgerFile.size(elsewhere.path + "/new.sqlite") ?? 0 > 0)
        try writer.commit([])
    }
}

@Suite("A ledger is made whole, and stays the file that it was")
struct LedgerPlaceTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func open() throws(LedgerError) -> LedgerStore {
        try LedgerStore(path: folder.file, mode: .readWrite, policy: Policy.byDays)
    }

    @Test("It is built under another name, and nothing of that is left")
    func made() throws {
        _ = try open()
        #expect(shell("ls -A '\(folder.path)'") == "ledger.sqlite\nledger.sqlite-shm\nledger.sqlite-wal\n")
        #expect(
            shell("sqlite3 -readonly '\(folder.file)' 'PRAGMA integrity_check; PRAGMA journal_mode'") == "ok\nwal\n")
        #expect(shell("stat -c %h '\(folder.file)'") == "1\n")
    }

    @Test("What a killed maker left does no harm; a WAL whose ledger is gone does, and is refused")
    func leftovers() throws {
        _ = shell("head -c 9999 /dev/urandom > '\(folder.path)/\(NewLedgerFile.temporaryPrefix)0123'")
        try open().commit([report(1)])
        _ = shell("rm '\(folder.file)'; echo something > '\(folder.file)-wal'")
        let before = folder.contents()
        let error = #expect(throws: LedgerError.self) { try open() }
        #expect(error?.category == .inputOutput)
        #expect(error?.description.contains("-wal") == true)
        #expect(folder.contents() == before)
    }

    @Test("A user to whom the folder belongs owns what root makes there", .enabled(if: isRoot))
    func owner() throws {
        chown(folder.path, 65_534, 65_534)
        _ = try open()
        #expect(shell("stat -c %u:%g '\(folder.path)'/*") == "65534:65534\n65534:65534\n65534:65534\n")
    }

    @Test(
        "Removed, replaced, cut or its WAL taken away: what is written next is refused, and nothing is written over",
        arguments: [
            "rm ledger.sqlite", "mv ledger.sqlite elsewhere", "cp ledger.sqlite new; mv new ledger.sqlite",
            "rm ledger.sqlite-wal", "mv ledger.sqlite-wal elsewhere", "truncate -s 0 ledger.sqlite",
            "truncate -s 8192 ledger.sqlite", "truncate -s -1 ledger.sqlite", "rm ledger.sqlite*",
            "echo something else > ledger.sqlite", "cat other.sqlite > ledger.sqlite",
        ])
    func replaced(script: String) throws {
        _ = try LedgerStore(path: folder.path + "/other.sqlite", mode: .readWrite, policy: Policy.byDays)
        let ledger = try open()
        try ledger.commit([report(1)])
        _ = try ledger.checkpoint()
        _ = shell("cd '\(folder.path)' && \(script)")
        let error = #expect(throws: LedgerError.self) { try ledger.commit([report(2)]) }
        #expect(error?.category == .inputOutput, "\(error?.description ?? "-")")
    }

    @Test("Each has an identity of its own, which its copies share")
    func identity() throws {
        let first = try open()
        let identity = try #require(try first.identity())
        #expect(try first.ensureIdentity() == identity)
        let other = try LedgerStore(path: folder.path + "/other", mode: .readWrite, policy: Policy.byDays)
        #expect(try other.identity() != identity)
        _ = try first.copy(to: other)
        #expect(try other.identity() == identity)
        // One of the first version has none, and is given one.
        try first.write { try $0.run("DELETE FROM setting WHERE name = 'identity'") }
        #expect(try first.identity() == nil)
        let given = try #require(LedgerIdentity(String(repeating: "0f", count: 16)))
        #expect(try first.ensureIdentity(given) == given)
        #expect(try first.identity() == given)
        #expect(LedgerIdentity("0F") == nil)
        #expect(LedgerIdentity(String(repeating: "0g", count: 16)) == nil)
    }

    @Test("It knows the Maildirs that it has counted")
    func knows() throws {
        let ledger = try open()
        #expect(try !ledger.knows(maildir: "/var/mail/bounces"))
        try ledger.commit([report(1)])
        #expect(try ledger.knows(maildir: "/var/mail/bounces"))
        #expect(try !ledger.knows(maildir: "mail.example"))
    }
}
