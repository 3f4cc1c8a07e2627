import Bytes

/// Finds what the ledger knows of a file and of a report, within one transaction.
package final class ReportIndex {
    /// The delivery that counts for a report.
    package struct Head {
        package var id: Int64
        package var arrival: Int64
        package var maildir: Int64
        package var name: [UInt8]
        package var classTerm: Int64
        package var originTerm: Int64
        /// Whether outcomes of it were pruned, so that no copy may replace it.
        package var isFolded: Bool
        var isVouched: Bool
        var isHeld: Bool
    }

    /// What the ledger knows of the file of an event.
    package enum File: Equatable {
        case unknown
        /// The delivery's number.
        case known(Int64)
        /// Another report had this name. The event's report is known by the key given here, or not at all.
        case reused(DeliveryKey, known: Int64?)
    }

    private let terms: TermTable
    private let selectHead: any Query
    private let selectPruned: any Query
    private let hasPruned: Bool
    private let selectKey: any Query
    /// The latest arrival of reports with fingerprints of version 0.1.0; `nil` if there are none.
    private let formerEnd: Int64?

    /// The setting with the time at which a ledger of version 0.1.0 was converted to the current fingerprints.
    package static let formerSetting = "former-fingerprints"

    package init(_ connection: any Connection, _ terms: TermTable) throws {
        self.terms = terms
        selectHead = try connection.prepare(
            """
            SELECT id, arrival, maildir, name, class, origin, folded, vouched, held FROM delivery
            WHERE fingerprint = ?1 AND duplicate_of IS NULL
            """)
        selectPruned = try connection.prepare("SELECT 1 FROM pruned WHERE fingerprint = ?1")
        hasPruned = try connection.integer("SELECT 1 FROM pruned LIMIT 1") != nil
        selectKey = try connection.prepare("SELECT id, fingerprint FROM delivery WHERE maildir = ?1 AND name = ?2")
        formerEnd = try ReportIndex.formerEnd(connection)
    }

    package static func formerEnd(_ connection: any Connection) throws -> Int64? {
        try SettingTable.integer(formerSetting, connection)
    }

    /// Whether reports may be stored with the fingerprints of version 0.1.0.
    package var hasFormer: Bool { formerEnd != nil }

    /// The delivery that counts for the report of an event.
    package func head(_ event: DeliveryEvent) throws -> Head? {
        if let head = try head(event.fingerprint) { return head }
        return try formerHead(event)
    }

    /// The same, if the ledger has the report by its former fingerprint only.
    package func formerHead(_ event: DeliveryEvent) throws -> Head? {
        guard let formerEnd, let former = event.former, let head = try head(former.fingerprint) else { return nil }
        let arrival = min(LedgerLimits.clamped(arrival: event.arrival), formerEnd)
        return former.hasMessageID || head.arrival == arrival ? head : nil
    }

    private func head(_ fingerprint: Fingerprint) throws -> Head? {
        defer { selectHead.reset() }
        try selectHead.bind(1, fingerprint.bytes)
        guard try selectHead.step() else { return nil }
        return Head(
            id: selectHead.integer(0), arrival: selectHead.integer(1), maildir: selectHead.integer(2),
            name: selectHead.bytes(3), classTerm: selectHead.integer(4), originTerm: selectHead.integer(5),
            isFolded: selectHead.integer(6) != 0, isVouched: selectHead.integer(7) != 0,
            isHeld: selectHead.integer(8) != 0)
    }

    /// Whether an event is a copy of a pruned report, of which only the fingerprint is left.
    package func isPruned(_ event: DeliveryEvent) throws -> Bool {
        guard hasPruned else { return false }
        var isKnown = try isPruned(event.fingerprint)
        if !isKnown, let formerEnd, let former = event.former {
            // Without its arrival all that is known of an old report is that it came before that time.
            isKnown =
                try (former.hasMessageID || LedgerLimits.clamped(arrival: event.arrival) <= formerEnd)
                && isPruned(former.fingerprint)
        }
        return try isKnown && head(event) == nil
    }

    private func isPruned(_ fingerprint: Fingerprint) throws -> Bool {
        defer { selectPruned.reset() }
        try selectPruned.bind(1, fingerprint.bytes)
        return try selectPruned.step()
    }

    /// What is known of the file of an event.
    package func file(_ event: DeliveryEvent) throws -> File {
        guard let row = try row(event.key) else { return .unknown }
        if event.fingerprints.contains(row.fingerprint) { return .known(row.id) }
        let key = event.key.reused(for: event.fingerprint)
        return .reused(key, known: try self.row(key)?.id)
    }

    private func row(_ key: DeliveryKey) throws -> (id: Int64, fingerprint: Fingerprint)? {
        guard let maildir = try terms.known(key.maildir) else { return nil }
        defer { selectKey.reset() }
        try selectKey.bind(1, maildir)
        try selectKey.bind(2, key.unique)
        return try selectKey.step() ? (selectKey.integer(0), selectKey.fingerprint(1)) : nil
    }
}

extension DeliveryKey {
    /// The key of another report whose file has the name of an earlier one. No file's name has a slash.
    package func reused(for fingerprint: Fingerprint) -> DeliveryKey {
        DeliveryKey(
            maildir: maildir,
            unique: unique + [UInt8(ascii: "/")] + fingerprint.bytes.flatMap(\.hexadecimalDigits))
    }
}
