extension LedgerStore {
    /// Writes decisions about whole domains in one transaction, in the order in which they were taken.
    ///
    /// - Returns: the outcome of each: of a release `alreadyKnown` if the domain was not suppressed.
    @discardableResult
    package func record(_ actions: [DomainAction]) throws(LedgerError) -> [ActionOutcome] {
        try write { try LedgerStore.write(actions, $0) }
    }

    static func write(_ actions: [DomainAction], _ connection: any Connection) throws -> [ActionOutcome] {
        let terms = try TermTable(connection, writes: true)
        let table = DomainTable(connection, terms)
        let changes = ChangeWriter(connection, terms)
        let outcomes = try actions.map { action in
            var action = action
            action.at = LedgerLimits.clamped(arrival: action.at)
            action.until = action.until.map(LedgerLimits.clamped)
            action.reason = action.reason.stored(limit: LedgerLimits.textBytes)
            action.author = action.author?.stored(limit: LedgerLimits.textBytes)
            action.note = action.note?.stored(limit: LedgerLimits.textBytes)
            let known = try table.row(action.domain)
            let outcome =
                switch action.kind {
                case .suppress: try suppress(action, known, table)
                case .release: try release(action, known, table)
                }
            if let new = try table.row(action.domain) { try changes.note(action.domain, from: known, to: new) }
            return outcome
        }
        try changes.write()
        return outcomes
    }

    private static func suppress(
        _ action: DomainAction, _ known: DomainTable.Row?, _ table: DomainTable
    ) throws -> ActionOutcome {
        var row = DomainTable.Row(
            suppression: Suppression(
                cause: .manual, reason: Token(text: action.reason), since: action.at, until: action.until, days: 1),
            author: action.author, note: action.note)
        if let known {
            if action.isDated {
                // What was decided later stays.
                if let released = known.released, action.at <= released { return .released }
                if known.released == nil, action.at <= known.suppression.since { return .alreadyKnown }
            }
            if known.holds(at: action.at) {
                let isSame = known.suppression.reason.text == action.reason
                if isSame, action.onlyIfNeeded, action.isCovered(by: known.suppression) { return .alreadyKnown }
                if isSame, known.suppression.until == action.until, action.note == nil || action.note == known.note {
                    return .alreadyKnown
                }
                row.suppression.since = min(known.suppression.since, action.at)
            }
        }
        try table.write(row, of: action.domain)
        return .done
    }

    private static func release(
        _ action: DomainAction, _ known: DomainTable.Row?, _ table: DomainTable
    ) throws -> ActionOutcome {
        guard var row = known, row.holds(at: action.at) else { return .alreadyKnown }
        row.released = max(action.at, row.suppression.since)
        row.author = action.author
        row.note = action.note
        try table.write(row, of: action.domain)
        return .done
    }

    /// For each pattern the narrowest suppressed one that covers all of it at a moment, in seconds since 1970 UTC, or
    /// `nil`.
    package func suppressedDomains(
        covering domains: [DomainPattern], at now: Int64
    ) throws(LedgerError) -> [SuppressedDomain?] {
        let found = try read { connection in
            try DomainTable(connection, try TermTable(connection, writes: false))
                .first(of: { domains.map(\.covering) }, at: now)
        }
        return found.isEmpty ? domains.map { _ in nil } : found
    }

    /// Calls `each` with the domains suppressed at a time, in their order, until it returns false.
    ///
    /// The rows are read in pages: what is written meanwhile may or may not be seen.
    package func suppressedDomains(
        at now: Int64, page: Int = LedgerStore.page, each: (SuppressedDomain) -> Bool
    ) throws(LedgerError) {
        var last = ""
        while true {
            let rows = try read { connection in
                try DomainTable(connection, try TermTable(connection, writes: false))
                    .page(after: last, at: now, limit: page)
            }
            for row in rows where !each(row) { return }
            guard let final = rows.last, rows.count == page else { return }
            last = final.domain.text
        }
    }

    /// How many domains are suppressed as a whole at a time, in seconds since 1970 UTC.
    package func suppressedDomainCount(at now: Int64) throws(LedgerError) -> Int {
        try read { try DomainTable.count($0, at: now) }
    }

    /// The suppressions of addresses by their domains: by canonical domain, of those that are covered.
    static func suppressions(
        byDomainOf addresses: @autoclosure () -> [CanonicalAddress], _ connection: any Connection, _ terms: TermTable,
        at now: Int64
    ) throws -> [String: Suppression] {
        var domains = [String]()
        let found = try DomainTable(connection, terms).first(
            of: {
                domains = Array(Set(addresses().map(\.domain)))
                return domains.map(DomainPattern.covering)
            }, at: now)
        var suppressions = [String: Suppression]()
        for (domain, row) in zip(domains, found) { suppressions[domain] = row?.suppression }
        return suppressions
    }
}

extension DomainAction {
    /// Whether an existing suppression covers the time of this one.
    fileprivate func isCovered(by suppression: Suppression) -> Bool {
        guard let end = suppression.until else { return true }
        return until.map { $0 <= end } ?? false
    }
}
