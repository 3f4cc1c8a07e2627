import Glibc

/// The first bytes of a database's file (https://www.sqlite.org/fileformat.html, section 1.3).
struct LedgerHeader {
    static let byteCount = 100
    static let magic = Array("SQLite format 3\0".utf8)

    let pageSize: Int64
    /// How many pages the file has; nil if the program that wrote it last kept no count.
    let pageCount: Int64?
    /// `PRAGMA user_version` and `PRAGMA application_id`, as of the last checkpoint.
    let version: Int64
    let applicationID: Int64

    /// Nil if these are not the first bytes of a database.
    init?(_ bytes: [UInt8]) {
        guard bytes.count == Self.byteCount, bytes.starts(with: Self.magic) else { return nil }
        func number(_ place: Int) -> Int64 { bytes[place..<place + 4].reduce(0) { $0 << 8 | Int64($1) } }
        let size = Int64(bytes[16]) << 8 | Int64(bytes[17])
        pageSize = size == 1 ? 65_536 : size
        guard pageSize >= 512, pageSize & (pageSize - 1) == 0 else { return nil }
        // The count is valid if it was written together with the last change.
        pageCount = number(24) == number(92) && number(28) > 0 ? number(28) : nil
        version = number(60)
        applicationID = number(68)
    }
}

extension LedgerStore {
    /// How many bytes of a file are searched for an identity, which one of the first pages holds.
    private static let searchedBytes = 32 << 10

    /// Whether a file is surely a ledger with an identity and the tables of this program; one whose WAL has either may
    /// be such a ledger all the same. Not to be called while this process has the file open: SQLite would lose its
    /// locks.
    package static func isCurrent(file path: String, _ identity: LedgerIdentity) -> Bool {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: searchedBytes)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        guard count >= LedgerHeader.byteCount, let header = LedgerHeader(Array(bytes.prefix(LedgerHeader.byteCount)))
        else { return false }
        return header.version == Schema.version && header.applicationID == Schema.applicationID
            && StoredIdentity.find(Array(identity.text.utf8), in: Array(bytes.prefix(count))) != nil
    }
}

/// Checks whether a ledger's file is complete, by its size.
///
/// SQLite takes a file of 0 bytes or 1 byte for a new database, and fills a partial last page with zeros. A ledger left
/// so by a full disk or an incomplete copy would answer that everybody may be mailed.
enum WholeLedger {
    /// How often a file that looks truncated is checked, and the pause in between, in microseconds: a checkpoint writes
    /// the first page, with the new count, before the others.
    private static let attempts = 3
    private static let pause: UInt32 = 20_000

    /// - Throws: `inputOutput` if the file at `path`, which `database` has opened, is empty, truncated or not a
    ///   database.
    static func check(_ database: SQLiteDatabase, path: String) throws(LedgerError) {
        for attempt in 1... {
            let bytes = database.bytesOnDisk(LedgerHeader.byteCount, at: 0)
            // The size is read last: it only grows during a checkpoint.
            guard case .regular(let size) = try LedgerFile.kind(path) else { return }
            guard size > 0 else { throw LedgerFile.empty(path) }
            if size >= Int64(LedgerHeader.byteCount), let bytes {
                guard bytes.starts(with: LedgerHeader.magic) else { throw LedgerFile.noDatabase(path) }
                guard let header = LedgerHeader(bytes) else {
                    throw LedgerFile.damaged(path, "its first page cannot be read")
                }
                if isWhole(header, size: size, path: path) { return }
            } else if let bytes, !bytes.starts(with: LedgerHeader.magic.prefix(Int(min(size, 16)))) {
                throw LedgerFile.noDatabase(path)
            }
            guard attempt < attempts else {
                throw LedgerFile.damaged(path, "it is cut off after \(size) bytes")
            }
            usleep(pause)
        }
    }

    private static func isWhole(_ header: LedgerHeader, size: Int64, path: String) -> Bool {
        let pages = size / header.pageSize
        guard let count = header.pageCount else { return size % header.pageSize == 0 }
        if pages >= count { return true }
        // A writer was killed during a checkpoint: the missing pages are in the WAL.
        return WALPages(LedgerFile.companion(path, "-wal"), pageSize: header.pageSize)?.hold(pages + 1, to: count)
            ?? false
    }
}

/// The position of the ledger's identity in the file: if it is gone, another ledger was copied over this one.
struct StoredIdentity {
    private let text: [UInt8]
    private let place: Int64

    /// How much of the file is searched at a time, in bytes.
    private static let chunk = 1 << 20

    /// Nil if the ledger has no identity, or has it in the WAL only.
    init?(_ database: SQLiteDatabase) throws {
        let connection = SQLiteConnection(database)
        guard let identity = try SettingTable.text(LedgerIdentity.setting, connection) else { return nil }
        text = Array(identity.utf8)
        guard let size = try connection.integer("PRAGMA page_size"),
            let page = try connection.integer("SELECT rootpage FROM sqlite_master WHERE name = 'setting'"), page > 1,
            let bytes = database.bytesOnDisk(Int(size), at: (page - 1) * size),
            let start = Self.find(text, in: bytes)
        else { return nil }
        place = (page - 1) * size + Int64(start)
    }

    /// Whether the file, of `size` bytes, still holds it.
    func isThere(_ database: SQLiteDatabase, size: Int64) -> Bool {
        guard let bytes = database.bytesOnDisk(text.count, at: place) else { return true }
        if bytes == text { return true }
        // It was moved, as after VACUUM.
        var offset: Int64 = 0
        while offset < size {
            guard let bytes = database.bytesOnDisk(Self.chunk, at: offset) else { return true }
            if Self.find(text, in: bytes) != nil { return true }
            offset += Int64(Self.chunk - text.count)
        }
        return false
    }

    fileprivate static func find(_ text: [UInt8], in bytes: [UInt8]) -> Int? {
        guard bytes.count >= text.count, let first = text.first else { return nil }
        return (0...bytes.count - text.count).first { start in
            bytes[start] == first && bytes[start..<start + text.count].elementsEqual(text)
        }
    }
}

/// The pages that have a committed version in the WAL (https://www.sqlite.org/fileformat.html, section 4).
struct WALPages {
    private static let headerBytes = 32
    private static let frameHeaderBytes = 24

    private var pages = Set<Int64>()
    /// The size of the database in pages after the last commit.
    private var count: Int64 = 0

    /// Nil if there is no WAL, or one for pages of another size.
    init?(_ path: String, pageSize: Int64) {
        // SQLite has no locks on this file that closing a descriptor could release.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        func read(_ count: Int, at offset: Int64) -> [UInt8]? {
            var bytes = [UInt8](repeating: 0, count: count)
            return pread(descriptor, &bytes, count, off_t(offset)) == count ? bytes : nil
        }
        func number(_ bytes: [UInt8], _ place: Int) -> Int64 {
            bytes[place..<place + 4].reduce(0) { $0 << 8 | Int64($1) }
        }
        guard let header = read(Self.headerBytes, at: 0), number(header, 8) == pageSize else { return nil }
        var offset = Int64(Self.headerBytes)
        var uncommitted = Set<Int64>()
        // A frame of an earlier round has another salt.
        while let frame = read(Self.frameHeaderBytes, at: offset), frame[8..<16] == header[16..<24] {
            uncommitted.insert(number(frame, 0))
            let size = number(frame, 4)
            if size > 0 {
                count = size
                pages.formUnion(uncommitted)
                uncommitted.removeAll()
            }
            offset += Int64(Self.frameHeaderBytes) + pageSize
        }
    }

    /// Whether it holds all pages of a range that the database has.
    func hold(_ first: Int64, to last: Int64) -> Bool {
        let last = min(last, count)
        // Bounded by the WAL, not by the number of pages in a damaged header.
        guard count > 0, last - first < Int64(pages.count) else { return false }
        return first > last || (first...last).allSatisfy(pages.contains)
    }
}
