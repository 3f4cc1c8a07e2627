import Foundation
import Glibc
import Testing

@testable import Ledger
@testable import LedgerPostgreSQL

/// Gives the calling thread the file rights of `nobody` (setfsuid(2), which Glibc's module map leaves out).
private func becomeNobody() {
    typealias Call = @convention(c) (UInt32) -> Int32
    for name in ["setfsgid", "setfsuid"] {
        if let symbol = dlsym(nil, name) {
            _ = unsafeBitCast(symbol, to: Call.self)(65_534)
        }
    }
}

@Suite("Reading changes no byte")
struct ReadOnlyTests {
    /// Asks everything that a reader can ask.
    private func useAll(_ ledger: LedgerStore) throws {
        _ = try ledger.address("bob@dest.example")
        _ = try ledger.check("bob@dest.example", at: time(day: 1))
        _ = try ledger.summary(at: time(day: 1))
        _ = try ledger.origins(from: 0, to: time(day: 1))
        _ = try ledger.runs(limit: 3)
        _ = try ledger.preview([report(1), report(77)])
        try ledger.suppressed(at: time(day: 1)) { _ in true }
    }

    /// Runs the body with the file rights of the user `nobody`: on Linux the file system user is one thread's.
    private func asNobody(_ body: @escaping @Sendable () throws -> Void) throws {
        let done = DispatchSemaphore(value: 0)
        let result = Box<(any Error)?>(nil)
        let thread = Thread {
            becomeNobody()
            do { try body() } catch { result.value = error }
            done.signal()
        }
        thread.start()
        done.wait()
        if let error = result.value { throw error }
    }

    private final class Box<Value>: @unchecked Sendable {
        var value: Value
        init(_ value: Value) { self.value = value }
    }

    @Test("A ledger at rest is read without making a file beside it")
    func atRest() throws {
        let folder = try TemporaryFolder()
        do { try LedgerStore(path: folder.file, mode: .readWrite, policy: Policy.byDays).commit([report(1)]) }
        let before = folder.listing()
        do {
            let ledger = try LedgerStore(path: folder.file, mode: .readOnly, policy: Policy.byDays)
            try useAll(ledger)
            #expect(try ledger.check("bob@dest.example", at: time(day: 1)) != .mayMail)
            #expect(folder.listing() == before)
        }
        #expect(folder.listing() == before)
    }

    @Test("A read-only ledger takes no batch")
    func refuses() throws {
        let folder = try TemporaryFolder()
        do { try LedgerStore(path: folder.file, mode: .readWrite, policy: Policy.byDays).commit([report(1)]) }
        let ledger = try LedgerStore(path: folder.file, mode: .readOnly, policy: Policy.byDays)
        let error = #expect(throws: LedgerError.self) { try ledger.commit([report(2)]) }
        #expect(error?.category == .cannotWrite)
    }

    /// A writer in another process, as in real life: within one process SQLite shares the WAL's index.
    private final class OtherWriter {
        private let pipe: UnsafeMutablePointer<FILE>

        init(_ path: String) throws {
            pipe = try #require(popen("sqlite3 '\(path)'", "w"))
            let old = LedgerFile.size(path + "-wal") ?? 0
            fputs("INSERT INTO setting VALUES ('written by', 'another process');\n", pipe)
            fflush(pipe)
            for _ in 0..<1_000 where (LedgerFile.size(path + "-wal") ?? 0) <= old { usleep(10_000) }
            // The index is written after the WAL.
            usleep(100_000)
        }

        deinit { pclose(pipe) }
    }

    @Test("While a writer is at work, a reader sees what was committed and changes nothing")
    func besideWriter() throws {
        let folder = try TemporaryFolder()
        do { try LedgerStore(path: folder.file, mode: .readWrite, policy: Policy.byDays).commit([report(1)]) }
        let writer = try OtherWriter(folder.file)
        let before = folder.listing()
        #expect(before.contains("ledger.sqlite-wal"))
        do {
            let reader = try LedgerStore(path: folder.file, mode: .readOnly, policy: Policy.byDays)
            try useAll(reader)
            #expect(try reader.read { try $0.integer("SELECT count(*) FROM setting WHERE name = 'written by'") } == 1)
            #expect(folder.listing() == before)
        }
        #expect(folder.listing() == before)
        withExtendedLifetime(writer) {}
    }

    @Test("A reader sees what a writer commits after it was opened")
    func follows() throws {
        let folder = try TemporaryFolder()
        let writer = try LedgerStore(path: folder.file, mode: .readWrite, policy: Policy.byDays)
        try writer.commit([report(1)])
        let reader = try LedgerStore(path: folder.file, mode: .readOnly, policy: Policy.byDays)
        #expect(try reader.check("ann@dest.example", at: time(day: 1)) == .mayMail)
        try writer.commit([report(2, address: "ann@dest.example")])
        #expect(try reader.check("ann@dest.example", at: time(day: 1)) != .mayMail)
    }

    @Test("A reader that was there before the writer sees what it commits")
    func beforeWriter() throws {
        let folder = try TemporaryFolder()
        do { try LedgerStore(path: folder.file, mode: .readWrite, policy: Policy.byDays).commit([report(1)]) }
        let reader = try LedgerStore(path: folder.file, mode: .readOnly, policy: Policy.byDays)
        #expect(try reader.check("ann@dest.example", at: time(day: 1)) == .mayMail)
        do {
            let writer = try LedgerStore(path: folder.file, mode: .readWrite, policy: Policy.byDays)
            try writer.commit([report(2, address: "ann@dest.example")])
            #expect(try reader.check("ann@dest.example", at: time(day: 1)) != .mayMail)
            try writer.commit([report(3, address: "cid@dest.example")])
        }
        #expect(try reader.check("cid@dest.example", at: time(day: 1)) != .mayMail)
    }

    @Test("A writer that comes in the middle of a reading makes it be done again")
    func during() throws {
        let folder = try TemporaryFolder()
        do { try LedgerStore(path: folder.file, mode: .readWrite, policy: Policy.byDays).commit([report(1)]) }
        let reader = try LedgerStore(path: folder.file, mode: .readOnly, policy: Policy.byDays)
        var rounds = 0
        let found = try reader.read { connection in
            rounds += 1
            if rounds == 1 {
                let writer = try LedgerStore(path: folder.file, mode: .readWrite, policy: Policy.byDays)
                try writer.commit([report(2, address: "ann@dest.example")])
            }
            return try connection.integer("SELECT count(*) FROM address")
        }
        #expect(rounds == 2)
        #expect(found == 2)
    }

    @Test("What a killed writer left is read, and left")
    func afterKill() throws {
        let source = try TemporaryFolder()
        let folder = try TemporaryFolder()
        let writer = try LedgerStore(path: source.file, mode: .readWrite, policy: Policy.byDays)
        try writer.commit([report(1)])
        // A copy of the three files in the middle of the work is what a kill leaves: nobody holds a lock on it.
        _ = shell("cp '\(source.file)' '\(source.file)-wal' '\(source.file)-shm' '\(folder.path)/'")
        let before = folder.listing()
        do {
            let reader = try LedgerStore(path: folder.file, mode: .readOnly, policy: Policy.byDays)
            try useAll(reader)
            #expect(try reader.check("bob@dest.example", at: time(day: 1)) != .mayMail)
        }
        #expect(folder.listing() == before)
        try writer.commit([])
    }

    @Test("A WAL without its index is an error, and left")
    func halfCopy() throws {
        let source = try TemporaryFolder()
        let folder = try TemporaryFolder()
        let writer = try LedgerStore(path: source.file, mode: .readWrite, policy: Policy.byDays)
        try writer.commit([report(1)])
        _ = shell("cp '\(source.file)' '\(source.file)-wal' '\(folder.path)/'")
        let before = folder.listing()
        let error = #expect(throws: LedgerError.self) {
            try LedgerStore(path: folder.file, mode: .readOnly, policy: Policy.byDays)
        }
        #expect(error?.category == .cannotOpen)
        #expect(folder.listing() == before)
        try writer.commit([])
    }

    @Test(
        "A user who may only read can read, at rest, beside a writer and after a kill",
        .enabled(if: isRoot, "needs root to become another user"))
    func unprivileged() throws {
        let folder = try TemporaryFolder()
        let path = folder.file
        func check() throws {
            let before = folder.listing()
            try asNobody {
                // The rights are really gone.
                #expect(open(path, O_RDWR) < 0)
                #expect(open(path + "-new", O_WRONLY | O_CREAT, 0o600) < 0)
                let ledger = try LedgerStore(path: path, mode: .readOnly, policy: Policy.byDays)
                #expect(try ledger.check("bob@dest.example", at: time(day: 1)) != .mayMail)
                _ = try ledger.preview([report(1), report(77)])
            }
            #expect(folder.listing() == before)
        }
        do { try LedgerStore(path: path, mode: .readWrite, policy: Policy.byDays).commit([report(1)]) }
        // The files beside it keep the mode that it had when they were made.
        for file in ["", "-wal", "-shm"] { chmod(path + file, 0o644) }
        try check()
        do {
            let writer = try OtherWriter(path)
            try check()
            withExtendedLifetime(writer) {}
        }
        try check()
        let other = try TemporaryFolder()
        let writer = try LedgerStore(path: other.file, mode: .readWrite, policy: Policy.byDays)
        try writer.commit([report(1)])
        _ = shell(
            "cp '\(other.file)' '\(other.file)-wal' '\(other.file)-shm' '\(folder.path)/' && chmod 644 '\(path)'*"
        )
        try check()
        try writer.commit([])
    }

    @Test(
        "A user who may not read, and one who may not write, are told",
        .enabled(if: isRoot, "needs root to become another user"))
    func noRights() throws {
        let folder = try TemporaryFolder()
        let path = folder.file
        do { try LedgerStore(path: path, mode: .readWrite, policy: Policy.byDays).commit([report(1)]) }
        let files = shell("ls -A '\(folder.path)'")
        chmod(path, 0o600)
        try asNobody {
            let error = #expect(throws: LedgerError.self) {
                try LedgerStore(path: path, mode: .readOnly, policy: Policy.byDays)
            }
            #expect(error?.category == .cannotOpen)
        }
        chmod(path, 0o644)
        try asNobody {
            let error = #expect(throws: LedgerError.self) {
                try LedgerStore(path: path, mode: .readWrite, policy: Policy.byDays)
            }
            #expect(error?.category == .cannotWrite)
            let other = #expect(throws: LedgerError.self) {
                try LedgerStore(path: path + "-2", mode: .readWrite, policy: Policy.byDays)
            }
            #expect(other?.category == .cannotWrite)
        }
        #expect(shell("ls -A '\(folder.path)'") == files)
    }
}
