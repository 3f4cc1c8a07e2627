import Bytes
import Crypto

/// Finds suppressed addresses whose history was erased, by a keyed hash (HMAC-SHA-256) of the canonical form.
///
/// The key is created with the ledger and stored in it, so that two ledgers have different hashes and lists of known
/// hashes are useless; whoever has the ledger and a list of addresses can still try each, as `check` does.
enum Forgetting {
    private static let keySetting = "forget-key"
    private static let keyBytes = 32

    /// The key, if anything was ever erased.
    static func key(_ connection: any Connection) throws -> [UInt8]? {
        try SettingTable.text(keySetting, connection).map { Array($0.utf8) }
    }

    static func makeKey(_ connection: any Connection) throws -> [UInt8] {
        if let key = try key(connection) {
            return key
        }
        var generator = SystemRandomNumberGenerator()
        let key = (0..<keyBytes).map { _ in UInt8.hexadecimalDigit(generator.next() & 15) }
        try SettingTable.store(String(decoding: key, as: UTF8.self), as: keySetting, connection)
        return key
    }

    /// What is hashed for an address that has unsubscribed from a stream. No address holds a line's end.
    static func name(_ canonical: String, stream: String) -> String { canonical + "\n" + stream }

    static func hash(_ canonical: String, key: [UInt8]) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: Array(canonical.utf8), using: SymmetricKey(data: key)))
    }
}

/// The table `forgotten`.
final class ForgottenTable {
    private let connection: any Connection
    private let key: [UInt8]?
    private let select: any Query
    private let delete: any Query
    private let terms: TermTable

    init(_ connection: any Connection, _ terms: TermTable) throws {
        self.connection = connection
        self.terms = terms
        key = try Forgetting.key(connection)
        delete = try connection.prepare("DELETE FROM forgotten WHERE hash = ?1")
        select = try connection.prepare(
            "SELECT cause, reason, since, until, days, party FROM forgotten WHERE hash = ?1")
    }

    func suppression(_ canonical: String) throws -> Suppression? {
        guard let key else { return nil }
        defer { select.reset() }
        try select.bind(1, Forgetting.hash(canonical, key: key))
        return try select.step() ? try Suppression(select, terms) : nil
    }

    /// The forgotten ones among the addresses.
    func forEach(_ canonical: [String], _ body: (String, Suppression?) throws -> Void) throws {
        guard let key else { return }
        let hashes = canonical.map { Forgetting.hash($0, key: key) }
        let addresses = Dictionary(zip(hashes, canonical)) { first, _ in first }
        try connection.forEach(
            hashes.map(RowValue.bytes),
            "SELECT cause, reason, since, until, days, party, hash FROM forgotten WHERE hash = ?1"
        ) { query in
            if let address = addresses[query.bytes(6)] { try body(address, try Suppression(query, terms)) }
        }
    }

    /// Lets a forgotten address be mailed again. Returns whether there was one.
    func release(_ canonical: String) throws -> Bool {
        guard let key else { return false }
        try delete.bind(1, Forgetting.hash(canonical, key: key))
        try delete.execute()
        return try connection.changes > 0
    }
}

/// Replaces members of the brake's hours, when nothing else of them remains, by numbers.
final class BrakeFolder {
    private let terms: TermTable
    private let deleteMember: any Query
    private let addFolded: any Query

    init(_ connection: any Connection, _ terms: TermTable) throws {
        self.terms = terms
        deleteMember = try connection.prepare(
            "DELETE FROM brake_member WHERE provider = ?1 AND reason = ?2 AND hour = ?3 AND address = ?4")
        addFolded = try connection.prepare(
            """
            UPDATE brake_hour SET folded = folded + 1, folded_votes = folded_votes + (
                SELECT weight FROM brake_member AS m
                WHERE m.provider = ?1 AND m.reason = ?2 AND m.hour = ?3 AND m.address = ?4),
                folded_vouched = folded_vouched + (
                SELECT count(*) FROM brake_member AS m
                WHERE m.provider = ?1 AND m.reason = ?2 AND m.hour = ?3 AND m.address = ?4
                    AND m.weight > \(BrakeTimeline.vote))
            WHERE provider = ?1 AND reason = ?2 AND hour = ?3 AND EXISTS (
                SELECT 1 FROM brake_member AS m
                WHERE m.provider = ?1 AND m.reason = ?2 AND m.hour = ?3 AND m.address = ?4)
            """)
    }

    func fold(_ address: Int64, provider: String, _ event: AddressEvent) throws {
        guard event.isBraked else { return }
        let provider = try terms.number(provider) as Int64
        let reason = try terms.number(event.reason.text) as Int64
        for query in [addFolded, deleteMember] {
            try query.bind(1, provider)
            try query.bind(2, reason)
            try query.bind(3, event.hour)
            try query.bind(4, address)
            try query.execute()
        }
    }
}
