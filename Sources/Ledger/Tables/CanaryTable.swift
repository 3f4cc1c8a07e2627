import Verdict

/// The rows of `canary`: one for each that was sent. They are kept, so that a late report is never taken for a bounce.
package struct CanaryTable {
    private let connection: any Connection

    package init(_ connection: any Connection) { self.connection = connection }

    /// What excludes deliveries about canaries, as a condition on a row of `delivery`.
    static let excluded = "class NOT IN (SELECT id FROM term WHERE text = '\(Token<MessageClass>.canary.text)')"

    private static let columns = """
        token, kind, target, recipient, tagged, sent, due, failure, delayed, answered, origin, dialect, status, has_tag,
        sender
        """

    // MARK: Reports

    /// What was sent and should have been answered in a stretch of time, as a condition on a row of `canary`.
    static func silent(after start: Int64, until end: Int64) -> String {
        "due > \(start) AND due <= \(end) AND answered IS NULL AND failure IS NULL"
    }

    /// The batch, in which what is about a canary of this ledger counts for nothing else.
    package func resolve(_ batch: [DeliveryEvent]) throws -> [DeliveryEvent] {
        // Nearly always.
        let wanted = Set(batch.lazy.filter { !$0.isCanary }.compactMap(\.canary).flatMap(\.tokens))
        if wanted.isEmpty { return batch }
        var senders: [String: String] = [:]
        try connection.forEach(
            wanted.map { .text($0.text) }, "SELECT token, sender FROM canary WHERE token = ?1"
        ) { senders[$0.text(0)] = $0.text(1) }
        return batch.map { event in
            guard !event.isCanary, let report = event.canary else { return event }
            let tokens = report.tokens.filter { senders[$0.text] != nil }
            if tokens.isEmpty { return event }
            return event.about(tokens, tagged: tokens.filter { senders[$0.text].map(report.came) ?? false })
        }
    }

    /// Notes what a resolved batch says of canaries: the first answer counts, in whatever order they are read.
    package func note(_ batch: [DeliveryEvent]) throws {
        for event in batch where event.isCanary {
            guard let report = event.canary else { continue }
            for token in report.tokens { try note(report, of: token, at: event.storedArrival) }
        }
    }

    private func note(_ report: CanaryReport, of token: CanaryToken, at arrival: Int64) throws {
        switch report.effect {
        case .none: return
        case .delay:
            let update = try connection.prepare(
                "UPDATE canary SET delayed = ?2 WHERE token = ?1 AND (delayed IS NULL OR delayed > ?2)")
            try update.bind(1, token.text)
            try update.bind(2, arrival)
            try update.execute()
        case .answer:
            let update = try connection.prepare(
                """
                UPDATE canary SET answered = ?2, origin = ?3, dialect = ?4, status = ?5, has_tag = ?6
                WHERE token = ?1 AND (answered IS NULL OR answered > ?2)
                """)
            func stored(_ text: String?) -> String? { text?.stored(limit: LedgerLimits.termBytes) }
            try update.bind(1, token.text)
            try update.bind(2, arrival)
            try update.bind(3, stored(report.origin?.text))
            try update.bind(4, stored(report.dialect))
            try update.bind(5, stored(report.status))
            try update.bind(6, report.isSigned || report.tagged.contains(token) ? 1 : 0)
            try update.execute()
        }
    }

    // MARK: Canaries

    /// Writes one that is about to be sent.
    func insert(_ canary: Canary) throws {
        let insert = try connection.prepare(
            """
            INSERT INTO canary (token, kind, target, recipient, tagged, sent, due, sender)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
            """)
        try insert.bind(1, canary.token.text)
        try insert.bind(2, canary.kind.rawValue)
        try insert.bind(3, canary.target)
        try insert.bind(4, canary.recipient)
        try insert.bind(5, canary.isTagged ? 1 : 0)
        try insert.bind(6, canary.sent)
        try insert.bind(7, canary.due)
        try insert.bind(8, canary.sender)
        try insert.execute()
    }

    /// Notes why one was not sent.
    func fail(_ token: CanaryToken, because reason: String) throws {
        let update = try connection.prepare("UPDATE canary SET failure = ?2 WHERE token = ?1")
        try update.bind(1, token.text)
        try update.bind(2, reason.stored(limit: LedgerLimits.textBytes))
        try update.execute()
    }

    /// The last canary to a target, of those that a condition holds for; ?3 is the time.
    private func last(_ kind: Canary.Kind, _ target: String, _ condition: String, at now: Int64) throws -> Canary? {
        let select = try connection.prepare(
            """
            SELECT \(Self.columns) FROM canary WHERE kind = ?1 AND target = ?2 AND sent <= ?3 AND \(condition)
            ORDER BY sent DESC, failure IS NOT NULL, token LIMIT 1
            """)
        try select.bind(1, kind.rawValue)
        try select.bind(2, target)
        try select.bind(3, now)
        guard try select.step() else { return nil }
        var canary = Canary(
            token: CanaryToken(stored: select.text(0)), kind: kind, target: target, recipient: select.text(3),
            sender: select.text(14), isTagged: select.integer(4) != 0, sent: select.integer(5), due: select.integer(6))
        canary.failure = select.optionalText(7)
        canary.delayed = select.optionalInteger(8)
        canary.answer = select.optionalInteger(9).map { at in
            Canary.Answer(
                at: at, origin: select.optionalText(10).map { Token(text: $0) }, dialect: select.optionalText(11),
                status: select.optionalText(12), hasTag: select.integer(13) != 0)
        }
        return canary
    }

    func history(_ kind: Canary.Kind, _ target: String, at now: Int64) throws -> CanaryHistory {
        CanaryHistory(
            latest: try last(kind, target, "1 = 1", at: now),
            lastSent: try last(kind, target, "failure IS NULL", at: now),
            decided: try last(
                kind, target, "(answered IS NOT NULL OR failure IS NULL AND due <= ?3)", at: now),
            lastAnswered: try last(kind, target, "answered IS NOT NULL", at: now))
    }

    /// The target of the first of the tokens that is known.
    func target(of tokens: [CanaryToken]) throws -> String? {
        var found: [String: String] = [:]
        try connection.forEach(
            tokens.map { .text($0.text) }, "SELECT token, target FROM canary WHERE token = ?1"
        ) { found[$0.text(0)] = $0.text(1) }
        return tokens.lazy.compactMap { found[$0.text] }.first
    }

    /// Whether one to a target was handed to sendmail between two moments.
    func wasSent(_ kind: Canary.Kind, _ target: String, after start: Int64, until end: Int64) throws -> Bool {
        let select = try connection.prepare(
            """
            SELECT 1 FROM canary WHERE kind = ?1 AND target = ?2 AND sent > ?3 AND sent <= ?4 AND failure IS NULL
            LIMIT 1
            """)
        try select.bind(1, kind.rawValue)
        try select.bind(2, target)
        try select.bind(3, start)
        try select.bind(4, end)
        return try select.step()
    }
}
