/// A day on which a stream was mailed.
package struct Mailing: Sendable, Equatable {
    /// What the returned mails call it: the List-Id, else the return path without its tag.
    package var stream: String
    /// Days since 1970.
    package var day: Int64
    /// How many mails were sent, if that was told.
    package var count: Int64?
    /// Whether it was told; otherwise it is known from reports.
    package var isTold = true

    package init(stream: String, day: Int64, count: Int64? = nil, isTold: Bool = true) {
        self.stream = stream
        self.day = day
        self.count = count
        self.isTold = isTold
    }

    /// A stream's name as reports give it: a List-Id without angle brackets and in lower case.
    package static func streamName(_ text: String) -> String {
        var name = text[...]
        if name.hasSuffix(">"), let start = name.lastIndex(of: "<") {
            name = name[name.index(after: start)...].dropLast()
        }
        return name.lowercased()
    }
}

extension LedgerStore {
    /// Records days on which streams were mailed, in one transaction, and derives the states that depend on them.
    ///
    /// - Returns: how many of them were not known.
    package func record(_ mailings: [Mailing]) throws(LedgerError) -> Int {
        try write { connection in
            try BatchWriter(connection, policy: policy).write(
                mailings.map { ($0.stream.stored(limit: LedgerLimits.termBytes), $0.day, $0.count) })
        }
    }

    /// Takes back what was told of a day: that a stream was mailed then.
    ///
    /// - Returns: whether it had been told. What reports prove of the day stays.
    package func takeBack(_ stream: String, day: Int64) throws(LedgerError) -> Bool {
        try write { connection in
            try BatchWriter(connection, policy: policy).takeBack(stream.stored(limit: LedgerLimits.termBytes), day: day)
        }
    }

    /// The days on which streams were mailed, as far as they are known, by stream and day.
    ///
    /// - Parameter stream: only of this one.
    package func mailings(of stream: String? = nil) throws(LedgerError) -> [Mailing] {
        try read { connection in
            let terms = try TermTable(connection, writes: false)
            let query = try connection.prepare(
                """
                SELECT t.text, k.day, k.count, k.told FROM (
                    SELECT stream, day, count, 1 AS told FROM sent
                    UNION ALL SELECT stream, day, CAST(NULL AS BIGINT), 0 FROM mailing_day AS m
                    WHERE (low < high OR folded <> 0)
                        AND NOT EXISTS (SELECT 1 FROM sent AS s WHERE s.stream = m.stream AND s.day = m.day)) AS k
                JOIN term AS t ON t.id = k.stream WHERE (?1 = 0 OR k.stream = ?1) ORDER BY t.text, k.day
                """)
            if let stream {
                guard let number = try terms.known(stream) else { return [] }
                try query.bind(1, number)
            } else {
                try query.bind(1, 0 as Int64)
            }
            var mailings: [Mailing] = []
            while try query.step() {
                mailings.append(
                    Mailing(
                        stream: query.text(0), day: query.integer(1), count: query.optionalInteger(2),
                        isTold: query.integer(3) != 0))
            }
            return mailings
        }
    }
}
