/// What was erased about one address.
package struct ForgottenAddress: Sendable, Equatable {
    /// In canonical form.
    package var address: String
    /// Whether there was anything to erase.
    package var isKnown = false
    /// The files that name it, as far as the ledger knows: where each was filed, or its name in the Maildir. Includes
    /// reports about others that quote it, and every copy.
    package var files: [String] = []
    /// Whether reports about it were pruned, whose files the ledger no longer knows.
    package var hasPrunedReports = false
}

/// What was erased about several.
package struct ForgetResult: Sendable, Equatable {
    package var addresses: [ForgottenAddress] = []
    /// Whether nothing of it is left on the disk. While another program reads an older state of the ledger, the old
    /// pages stay until it ends, and until the next call.
    package var isOffTheDisk = true
}

extension LedgerStore {
    /// Erases everything that the ledger holds about addresses, except that they are suppressed: for that a keyed hash
    /// stays, which ``check(_:at:)`` and ``release(_:reason:note:author:at:)`` find and no list shows.
    ///
    /// It erases their history, counters and notes, the Message-IDs of the reports about them and of every copy, every
    /// other text that contains one of them, and the terms that nothing else uses. The files that named them stay
    /// known, so that none of them counts again. Later mail about one of them starts a new history.
    ///
    /// Reads every stored text once.
    ///
    /// - Throws: `badAddress` if one is not an address; nothing was changed then.
    package func forget(_ addresses: [String]) throws(LedgerError) -> ForgetResult {
        var canonical: [CanonicalAddress] = []
        for address in addresses { canonical.append(try LedgerStore.canonical(address)) }
        var result = ForgetResult()
        result.addresses = try write { connection in
            try connection.eraseForGood()
            return try Erasure(connection, canonical).run()
        }
        // The WAL and the pages to be overwritten hold the text until the checkpoint. Needed even if nothing was known:
        // a reader may have prevented it in an earlier call.
        result.isOffTheDisk = try checkpoint()
        // Only the whole file can be looked at: before it is complete there is nothing to see.
        if result.isOffTheDisk { result.isOffTheDisk = try engine.erase(remainsOf: canonical.map(\.text)) }
        return result
    }

    /// The same for one.
    ///
    /// - Returns: whether there was anything to erase.
    @discardableResult
    package func forget(_ address: String) throws(LedgerError) -> Bool {
        try forget([address]).addresses.contains(where: \.isKnown)
    }
}

/// Erases addresses within a transaction.
private final class Erasure {
    private let connection: any Connection
    private let addresses: [CanonicalAddress]
    private let terms: TermTable
    private let table: AddressTable
    private let traces: AddressTraces
    private let changes: ChangeWriter
    private var results: [ForgottenAddress]
    /// The reports that name each of the addresses, by the delivery that counts for them.
    private var reports: [Int64: Set<Int>] = [:]
    /// The suppressions by hand that stay as hashes, and the terms of their reasons.
    private var reasonsByHand = Set<ReasonByHand>()

    /// The term of a reason, and the cause that it was given for.
    private struct ReasonByHand: Hashable {
        var reason: Int64
        var cause: Suppression.Cause
    }

    init(_ connection: any Connection, _ addresses: [CanonicalAddress]) throws {
        self.connection = connection
        self.addresses = addresses
        terms = try TermTable(connection, writes: true)
        table = try AddressTable(connection, terms)
        traces = AddressTraces(addresses)
        changes = ChangeWriter(connection, terms)
        results = addresses.map { ForgottenAddress(address: $0.text) }
    }

    func run() throws -> [ForgottenAddress] {
        for (place, address) in addresses.enumerated() {
            try eraseRows(place)
            try changes.erase(address.text, isKnown: results[place].isKnown)
        }
        try changes.write()
        try eraseLocalParts()
        try eraseTexts()
        try eraseDeliveries()
        try eraseDomains()
        try eraseReasons()
        try UnusedTerms.drop(connection)
        try eraseSharedTerms()
        return results
    }

    // MARK: What is about an address

    private func eraseRows(_ place: Int) throws {
        let canaries = try connection.prepare("DELETE FROM canary WHERE recipient = ?1")
        try canaries.bind(1, addresses[place].text)
        try canaries.execute()
        guard let entry = try table.entry(addresses[place].text) else { return }
        results[place].isKnown = true
        if let suppression = entry.state.suppression { try keep(suppression, of: entry.address) }
        for (stream, since) in entry.state.unsubscribed {
            try keep(
                Suppression(unsubscribedFrom: stream, since: since),
                of: Forgetting.name(entry.address, stream: stream))
        }
        let folder = try BrakeFolder(connection, terms)
        let domain = CanonicalAddress.domain(ofCanonical: entry.address)
        var rows = [Int64]()
        try table.forEachOutcome(entry.id) { event, row in
            rows.append(row)
            try folder.fold(entry.id, provider: domain, event)
        }
        let mark = try connection.prepare("UPDATE delivery SET folded = 1 WHERE id = ?1")
        let delete = try connection.prepare("DELETE FROM outcome WHERE id = ?1")
        for row in rows {
            let report = row >> LedgerLimits.ordinalBits
            reports[report, default: []].insert(place)
            try mark.bind(1, report)
            try mark.execute()
            try delete.bind(1, row)
            try delete.execute()
        }
        try MailingDays.erase(entry.id, connection)
        results[place].hasPrunedReports = try table.base(entry.id).lastSeen != nil
        for sql in [
            "DELETE FROM action WHERE address = ?1", "DELETE FROM base WHERE address = ?1",
            "DELETE FROM stream_suppression WHERE address = ?1", "DELETE FROM address WHERE id = ?1",
        ] {
            let query = try connection.prepare(sql)
            try query.bind(1, entry.id)
            try query.execute()
        }
    }

    private func keep(_ suppression: Suppression, of canonical: String) throws {
        let insert = try connection.prepare(
            """
            INSERT INTO forgotten (hash, cause, reason, since, until, days, party) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
            ON CONFLICT (hash) DO UPDATE SET cause = excluded.cause, reason = excluded.reason,
                since = excluded.since, until = excluded.until, days = excluded.days, party = excluded.party
            """)
        let reason = try terms.number(suppression.storedReason) as Int64
        if suppression.cause == .manual || suppression.reason.value == nil {
            reasonsByHand.insert(ReasonByHand(reason: reason, cause: suppression.cause))
        }
        try insert.bind(1, Forgetting.hash(canonical, key: try Forgetting.makeKey(connection)))
        try insert.bind(2, suppression.cause.rawValue)
        try insert.bind(3, reason)
        try insert.bind(4, suppression.since)
        try insert.bind(5, suppression.until)
        try insert.bind(6, suppression.days)
        try insert.bind(7, suppression.party?.number)
        try insert.execute()
    }

    // MARK: Texts

    private typealias Found = (row: Int64, columns: [Int], places: Set<Int>)

    /// Diagnostics about other recipients of the same reports may name an address by its local part alone.
    private func eraseLocalParts() throws {
        let select = try connection.prepare(
            "SELECT id, action, diagnostic, command FROM outcome WHERE id >= ?1 AND id < ?2")
        var found: [Found] = []
        for (report, places) in reports {
            defer { select.reset() }
            try select.bind(1, report << LedgerLimits.ordinalBits)
            try select.bind(2, (report + 1) << LedgerLimits.ordinalBits)
            while try select.step() {
                let columns = (1...3).filter { column in
                    let text = select.optionalText(Int32(column))
                    return places.contains { AddressTraces.names(text, localPartOf: addresses[$0]) }
                }
                if !columns.isEmpty { found.append((select.integer(0), columns, places)) }
            }
        }
        try erase(found, ["action", "diagnostic", "command"], of: "outcome")
    }

    /// Every other text that contains one of the addresses.
    private func eraseTexts() throws {
        for outcome in try eraseTexts(["action", "diagnostic", "command"], of: "outcome") {
            reports[outcome.row >> LedgerLimits.ordinalBits, default: []].formUnion(outcome.places)
        }
        for delivery in try eraseTexts(["message_id", "delivered_to"], of: "delivery") {
            let head = try connection.prepare("SELECT coalesce(duplicate_of, id) FROM delivery WHERE id = ?1")
            try head.bind(1, delivery.row)
            guard try head.step() else { continue }
            reports[head.integer(0), default: []].formUnion(delivery.places)
        }
        try findCaptured()
        _ = try eraseTexts(["note"], of: "action")
        _ = try eraseTexts(["note"], of: "brake_decision")
        _ = try eraseTexts(["note"], of: "report_decision")
        _ = try eraseTexts(["note"], of: "domain")
    }

    /// The reports of which a captured text contains one of the addresses. All their captured texts are erased with those of
    /// the other reports.
    private func findCaptured() throws {
        let select = try connection.prepareScan(
            "SELECT delivery, value FROM captured WHERE true\(traces.condition(on: "value"))")
        while try select.step() {
            let places = traces.found(in: select.text(1))
            if places.isEmpty { continue }
            reports[select.integer(0), default: []].formUnion(places)
            for place in places { results[place].isKnown = true }
        }
    }

    private func eraseTexts(_ columns: [String], of table: String) throws -> [Found] {
        var found: [Found] = []
        let wanted = columns.map { "(\($0) IS NOT NULL\(traces.condition(on: $0)))" }.joined(separator: " OR ")
        let select = try connection.prepareScan(
            "SELECT id, \(columns.joined(separator: ", ")) FROM \(table) WHERE \(wanted)")
        while try select.step() {
            var places = Set<Int>()
            var named: [Int] = []
            for column in 1...columns.count {
                let here = traces.found(in: select.optionalText(Int32(column)))
                if here.isEmpty { continue }
                places.formUnion(here)
                named.append(column)
            }
            if !named.isEmpty { found.append((select.integer(0), named, places)) }
        }
        try erase(found, columns, of: table)
        return found
    }

    private func erase(_ found: [Found], _ columns: [String], of table: String) throws {
        for (row, named, places) in found {
            for column in named {
                let update = try connection.prepare("UPDATE \(table) SET \(columns[column - 1]) = NULL WHERE id = ?1")
                try update.bind(1, row)
                try update.execute()
            }
            for place in places { results[place].isKnown = true }
        }
    }

    // MARK: Reports and copies

    /// The Message-IDs of the reports and of all their copies, which may contain the address, what was captured of the
    /// mails that they return, whatever it says, and, for reports that name nobody else, the server, which may be the
    /// person's own. Records the files.
    private func eraseDeliveries() throws {
        if reports.isEmpty { return }
        try connection.run("CREATE TEMP TABLE IF NOT EXISTS named (id BIGINT PRIMARY KEY)")
        try connection.run("DELETE FROM named")
        let insert = try connection.prepare("INSERT INTO named VALUES (?1)")
        let other = try connection.prepare("SELECT 1 FROM outcome WHERE id >= ?1 AND id < ?2 LIMIT 1")
        var bare: [Int64] = []
        for report in reports.keys.sorted() {
            try insert.bind(1, report)
            try insert.execute()
            defer { other.reset() }
            try other.bind(1, report << LedgerLimits.ordinalBits)
            try other.bind(2, (report + 1) << LedgerLimits.ordinalBits)
            if try !other.step() { bare.append(report) }
        }
        try noteFiles()
        try update("message_id = NULL, delivered_to = NULL")
        try connection.run("DELETE FROM captured WHERE delivery IN (SELECT id FROM named)")
        try connection.run("DELETE FROM named")
        for report in bare {
            try insert.bind(1, report)
            try insert.execute()
        }
        try update("reporting_mta = NULL")
        try connection.run("DROP TABLE named")
    }

    /// Changes the named reports and their copies; not with an OR, for which PostgreSQL would scan the list repeatedly.
    private func update(_ assignment: String) throws {
        for column in ["id", "duplicate_of"] {
            try connection.run("UPDATE delivery SET \(assignment) WHERE \(column) IN (SELECT id FROM named)")
        }
    }

    private func noteFiles() throws {
        for column in ["id", "duplicate_of"] {
            let select = try connection.prepare(
                """
                SELECT \(column), maildir, name, folder, file FROM delivery
                WHERE \(column) IN (SELECT id FROM named) ORDER BY arrival DESC, id
                """)
            while try select.step() {
                let key = DeliveryKey(maildir: try terms.text(select.integer(1)), unique: select.bytes(2))
                let place = StoredPlace.path(
                    folder: try terms.text(select.optionalInteger(3)), file: select.optionalText(4), key: key)
                let file = place ?? "\(key.maildir): \(String(decoding: key.unique, as: UTF8.self))"
                for place in reports[select.integer(0)] ?? [] { results[place].files.append(file) }
            }
        }
    }

    // MARK: What is left of one person

    /// A domain without any other address in the ledger: the brake's counts for it are about this person.
    private func eraseDomains() throws {
        var domains = Set(addresses.indices.filter { results[$0].isKnown }.map { addresses[$0].domain })
        if domains.isEmpty { return }
        let select = try connection.prepareScan("SELECT address FROM address")
        while try !domains.isEmpty && select.step() {
            domains.remove(CanonicalAddress.domain(ofCanonical: select.text(0)))
        }
        for domain in domains {
            guard let provider = try terms.known(domain) else { continue }
            for table in ["brake_member", "brake_hour", "brake_decision"] {
                let delete = try connection.prepare("DELETE FROM \(table) WHERE provider = ?1")
                try delete.bind(1, provider)
                try delete.execute()
            }
        }
        try eraseHosts(below: domains)
    }

    /// The names of a person's own servers.
    private func eraseHosts(below domains: Set<String>) throws {
        if domains.isEmpty { return }
        var hosts: [Int64] = []
        let select = try connection.prepareScan("SELECT id, text FROM term")
        while try select.step() {
            var rest = Substring(select.text(1).lowercased())
            while true {
                if domains.contains(String(rest)) {
                    hosts.append(select.integer(0))
                    break
                }
                guard let dot = rest.utf8.firstIndex(of: UInt8(ascii: ".")) else { break }
                rest = rest[rest.utf8.index(after: dot)...]
            }
        }
        for host in hosts {
            try connection.run("UPDATE delivery SET reporting_mta = NULL WHERE reporting_mta = \(host)")
            try connection.run("UPDATE outcome SET remote_mta = NULL WHERE remote_mta = \(host)")
        }
    }

    /// The reason of a suppression by hand may be personal data, unless it is also used for others.
    private func eraseReasons() throws {
        for known in reasonsByHand {
            let reason = known.reason
            let others = try connection.prepare("SELECT 1 FROM action WHERE reason = ?1 LIMIT 1")
            try others.bind(1, reason)
            if try others.step(), try traces.found(in: terms.text(reason)).isEmpty { continue }
            let update = try connection.prepare("UPDATE forgotten SET reason = ?1 WHERE reason = ?2 AND cause = ?3")
            try update.bind(1, try terms.number(Erasure.plainReason) as Int64)
            try update.bind(2, reason)
            try update.bind(3, known.cause.rawValue)
            try update.execute()
        }
    }

    private static let plainReason = ManualAction.plainReason

    /// Terms that others use, too, and that contain one of the addresses: a host name, a reason or an author of an
    /// action. Names of folders stay: the files there must be found again.
    private func eraseSharedTerms() throws {
        var found: [(Int64, Set<Int>)] = []
        let select = try connection.prepareScan("SELECT id, text FROM term WHERE true\(traces.condition(on: "text"))")
        while try select.step() {
            let places = traces.found(in: select.text(1))
            if !places.isEmpty { found.append((select.integer(0), places)) }
        }
        if found.isEmpty { return }
        for (term, places) in found {
            let folders = ["maildir", "folder"].map { "SELECT 1 FROM delivery WHERE \($0) = \(term)" }
            if try connection.integer(folders.joined(separator: " UNION ALL ") + " LIMIT 1") != nil { continue }
            let rename = try connection.prepare("UPDATE term SET text = ?1 WHERE id = ?2")
            try rename.bind(1, "erased (\(term))")
            try rename.bind(2, term)
            try rename.execute()
            for place in places { results[place].isKnown = true }
        }
        try UnusedTerms.tell(connection)
    }
}
