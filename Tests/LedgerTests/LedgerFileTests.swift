import Glibc
import Testing

@testable import Ledger
@testable import LedgerPostgreSQL

let isRoot = geteuid() == 0

@Suite("The ledger's file")
struct LedgerFileTests {
    private func failure(_ path: String, _ mode: LedgerStore.Mode, busySeconds: Int = 1) -> LedgerError? {
        do {
            _ = try LedgerStore(path: path, mode: mode, policy: Policy.byDays, busySeconds: busySeconds)
            return nil
        } catch {
            return error
        }
    }

    private func write(_ bytes: [UInt8], to path: String) {
        let file = fopen(path, "w")
        bytes.withUnsafeBytes { _ = fwrite($0.baseAddress, 1, $0.count, file) }
        fclose(file)
    }

    @Test("A new ledger has mode 0640 and is kept in WAL mode")
    func creation() throws {
        let folder = try TemporaryFolder()
        let ledger = try LedgerStore(path: folder.file, mode: .readWrite, policy: Policy.byDays)
        try ledger.commit([report(1)])
        var status = stat()
        stat(folder.file, &status)
        var mask = umask(0)
        umask(mask)
        mask = ~mask & 0o640
        #expect(status.st_mode & 0o777 == mask)
        #expect(try ledger.write { try $0.integer("PRAGMA synchronous") } == 2)
        #expect(try ledger.write { try $0.integer("PRAGMA application_id") } == Schema.applicationID)
        #expect(shell("sqlite3 -readonly '\(folder.file)' 'PRAGMA journal_mode'") == "wal\n")
        let normal = try LedgerStore(path: folder.file, mode: .readWrite, policy: Policy.byDays, durability: .normal)
        #expect(try normal.write { try $0.integer("PRAGMA synchronous") } == 1)
    }

    @Test("After the last writer has gone, all is in the ledger's file; the WAL stays, empty")
    func oneFile() throws {
        let folder = try TemporaryFolder()
        do {
            try LedgerStore(path: folder.file, mode: .readWrite, policy: Policy.byDays).commit([report(1)])
        }
        #expect(shell("ls -A '\(folder.path)'") == "ledger.sqlite\nledger.sqlite-shm\nledger.sqlite-wal\n")
        #expect(LedgerFile.size(folder.file + "-wal") == 0)
        let copy = folder.path + "/copy.sqlite"
        _ = shell("cp '\(folder.file)' '\(copy)'")
        let ledger = try LedgerStore(path: copy, mode: .readOnly, policy: Policy.byDays)
        #expect(try ledger.check("bob@dest.example", at: time(day: 1)) != .mayMail)
    }

    @Test(
        "A path that is strange to SQLite is a path all the same",
        arguments: ["a b?c=1#%41.db", "file:x?mode=memory", "ü\n.db"])
    func strangePath(_ name: String) throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/" + name
        do {
            try LedgerStore(path: path, mode: .readWrite, policy: Policy.byDays).commit([report(1)])
        }
        var status = stat()
        #expect(stat(path, &status) == 0)
        let reader = try LedgerStore(path: path, mode: .readOnly, policy: Policy.byDays)
        #expect(try reader.check("bob@dest.example", at: time(day: 1)) != .mayMail)
    }

    @Test("No ledger to read, no folder to write in")
    func missing() throws {
        let folder = try TemporaryFolder()
        let read = failure(folder.file, .readOnly)
        #expect(read?.category == .cannotOpen)
        #expect(read?.description.contains("there is no ledger") == true)
        let write = failure(folder.path + "/none/ledger.sqlite", .readWrite)
        #expect(write?.category == .cannotWrite)
        #expect(write?.description.contains("its folder does not exist") == true)
        #expect(shell("ls -A '\(folder.path)'") == "")
    }

    @Test("A file that is no database, a text or a cut ledger, is refused and left as it is")
    func noDatabase() throws {
        let folder = try TemporaryFolder()
        write(Array(String(repeating: "hello, world\n", count: 1_000).utf8), to: folder.file)
        let before = folder.listing()
        for mode in [LedgerStore.Mode.readWrite, .readOnly] {
            let error = failure(folder.file, mode)
            #expect(error?.category == .inputOutput)
            #expect(error?.description.contains("is not a ledger") == true)
        }
        #expect(folder.listing() == before)
    }

    @Test("A folder, a pipe, a device are refused at once")
    func otherKinds() throws {
        let folder = try TemporaryFolder()
        mkfifo(folder.file, 0o600)
        for mode in [LedgerStore.Mode.readWrite, .readOnly] {
            #expect(failure(folder.path, mode)?.description.contains("is a folder") == true)
            #expect(failure(folder.file, mode)?.description.contains("pipe") == true)
            #expect(failure("/dev/null", mode)?.description.contains("device") == true)
        }
    }

    @Test("The database of another program is refused and left as it is")
    func otherProgram() throws {
        let folder = try TemporaryFolder()
        _ = shell("sqlite3 '\(folder.file)' 'CREATE TABLE cookies (a); INSERT INTO cookies VALUES (1)'")
        let before = folder.listing()
        for mode in [LedgerStore.Mode.readWrite, .readOnly] {
            let error = failure(folder.file, mode)
            #expect(error?.category == .inputOutput)
            #expect(error?.description.contains("another program") == true)
        }
        #expect(folder.listing() == before)
    }

    @Test("A ledger of a later version is refused and left as it is")
    func newer() throws {
        let folder = try TemporaryFolder()
        do {
            _ = try LedgerStore(path: folder.file, mode: .readWrite, policy: Policy.byDays)
        }
        _ = shell("sqlite3 '\(folder.file)' 'PRAGMA user_version = 99'")
        let before = folder.contents()
        for mode in [LedgerStore.Mode.readWrite, .readOnly] {
            let error = failure(folder.file, mode)
            #expect(error?.category == .cannotOpen)
            #expect(error?.description.contains("version 99") == true)
        }
        #expect(folder.contents() == before)
    }

    @Test("A damaged ledger is an input/output error")
    func damaged() throws {
        let folder = try TemporaryFolder()
        do {
            let ledger = try LedgerStore(path: folder.file, mode: .readWrite, policy: Policy.byDays)
            try ledger.commit((0..<500).map { report($0, address: "a\($0)@dest.example") })
        }
        _ = shell("dd if=/dev/urandom of='\(folder.file)' bs=4096 seek=1 count=60 conv=notrunc")
        let ledger = try? LedgerStore(path: folder.file, mode: .readOnly, policy: Policy.byDays)
        if let ledger {
            let error = #expect(throws: LedgerError.self) { try ledger.summary(at: 0) }
            #expect(error?.category == .inputOutput)
        } else {
            #expect(failure(folder.file, .readOnly)?.category == .inputOutput)
        }
    }

    @Test("Every error is one line")
    func oneLine() throws {
        let folder = try TemporaryFolder()
        let error = failure(folder.path + "/a\nb\u{1B}[2J/ledger.sqlite", .readWrite)
        #expect(error?.description.unicodeScalars.contains { $0.value < 0x20 } == false)
    }

    @Test("A locked ledger: the writer waits, then says who is to blame, and nothing is changed")
    func locked() throws {
        let folder = try TemporaryFolder()
        let first = try LedgerStore(path: folder.file, mode: .readWrite, policy: Policy.byDays)
        let second = try LedgerStore(path: folder.file, mode: .readWrite, policy: Policy.byDays, busySeconds: 0)
        try first.commit([report(1)])
        let error = try first.write { _ in
            #expect(throws: LedgerError.self) { try second.commit([report(2)]) }
        }
        #expect(error?.category == .tryAgain)
        #expect(error?.category.exitStatus == 75)
        #expect(error?.description.contains("locked") == true)
        #expect(try second.commit([report(2)]) == [.counted])
    }

    @Test("A ledger that others are making at the same time is not taken for another program's")
    func manyMakers() async throws {
        for _ in 0..<20 {
            let folder = try TemporaryFolder()
            let path = folder.ledger
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<6 {
                    group.addTask {
                        let ledger = try LedgerStore(path: path, mode: .readWrite, policy: Policy.byDays)
                        let outcome = try ledger.commit([report(number)])
                        #expect(outcome == [.counted])
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test("Two writers at once: each report counts once, nothing is lost")
    func twoWriters() async throws {
        let folder = try TemporaryFolder()
        let path = folder.ledger
        let all = (0..<400).map {
            softReport($0, address: "a\($0 % 7)@dest.example", at: time(day: $0 % 20, hour: $0 % 24))
        }
        // Both get all the reports in their own order, and both make the ledger.
        let results = try await withThrowingTaskGroup(of: [CommitOutcome].self) { group in
            for reversed in [false, true] {
                group.addTask {
                    let ledger = try LedgerStore(path: path, mode: .readWrite, policy: Policy.byDays)
                    var results = [CommitOutcome]()
                    let mine = reversed ? all.reversed() : all
                    for start in stride(from: 0, to: mine.count, by: 20) {
                        results += try ledger.commit(Array(mine[start..<start + 20]))
                    }
                    return results
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(results.count == 800)
        #expect(results.count { $0 == .counted } == 400)
        #expect(results.count { $0 == .alreadyKnown } == 400)
        let ledger = try LedgerStore(path: path, mode: .readWrite, policy: Policy.byDays)
        let alone = try freshLedger(Policy.byDays)
        try alone.commit(all)
        #expect(try ledger.dump() == alone.dump())
    }

    @Test(
        "A full disk: nothing is changed, and trying again with room works", .enabled(if: isRoot, "needs root to mount")
    )
    func diskFull() throws {
        let folder = try TemporaryFolder()
        let mounted = mount("tmpfs", folder.path, "tmpfs", 0, "size=600k") == 0
        try #require(mounted, "cannot mount a tmpfs here")
        let ledger = try LedgerStore(path: folder.file, mode: .readWrite, policy: Policy.byDays)
        try ledger.commit([report(1)])
        let before = try ledger.dump()
        let large = (2..<4_000).map { report($0, address: "a\($0)@dest.example") }
        let error = #expect(throws: LedgerError.self) { try ledger.commit(large) }
        #expect(error?.category == .tryAgain)
        #expect(error?.description.contains("full") == true)
        #expect(try ledger.dump() == before)
        try #require(mount("tmpfs", folder.path, "tmpfs", UInt(MS_REMOUNT), "size=64m") == 0)
        #expect(try ledger.commit(large).allSatisfy { $0 == .counted })
        #expect(shell("sqlite3 -readonly '\(folder.file)' 'PRAGMA integrity_check'") == "ok\n")
    }

    @Test("No room to make a ledger is told as such", .enabled(if: isRoot, "needs root to mount"))
    func diskFullAtOnce() throws {
        let folder = try TemporaryFolder()
        try #require(mount("tmpfs", folder.path, "tmpfs", 0, "size=16k") == 0, "cannot mount a tmpfs here")
        #expect(failure(folder.file, .readWrite)?.category == .tryAgain)
    }
}
