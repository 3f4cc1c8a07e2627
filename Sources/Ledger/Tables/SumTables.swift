import Bytes

/// The rows of `tally`: how many reports arrived in each hour. Never pruned: it contains no addresses.
struct TallyTable {
    private struct Hour: Hashable {
        var hour: Int64
        var classTerm: Int64
        var originTerm: Int64
    }

    private var sums: [Hour: (counted: Int64, duplicates: Int64)] = [:]

    mutating func add(arrival: Int64, class classTerm: Int64, origin: Int64, counted: Int64, duplicates: Int64) {
        let hour = Hour(hour: arrival / CalendarTime.secondsPerHour, classTerm: classTerm, originTerm: origin)
        sums[hour, default: (0, 0)].counted += counted
        sums[hour, default: (0, 0)].duplicates += duplicates
    }

    /// Adds what was counted to the rows.
    mutating func write(_ connection: any Connection) throws {
        let upsert = try connection.prepare(
            """
            INSERT INTO tally (hour, class, origin, counted, duplicates) VALUES (?1, ?2, ?3, ?4, ?5)
            ON CONFLICT (hour, class, origin) DO UPDATE
            SET counted = tally.counted + excluded.counted, duplicates = tally.duplicates + excluded.duplicates
            """)
        for (hour, sums) in sums where sums.counted != 0 || sums.duplicates != 0 {
            try upsert.bind(1, hour.hour)
            try upsert.bind(2, hour.classTerm)
            try upsert.bind(3, hour.originTerm)
            try upsert.bind(4, sums.counted)
            try upsert.bind(5, sums.duplicates)
            try upsert.execute()
        }
        sums.removeAll()
    }
}

/// The rows of `rule_hit`. A rule's hits are counted by file, copies included, so the sum does not depend on the order.
struct RuleHitTable {
    private var sums: [Int64: (hits: Int64, lastSeen: Int64)] = [:]

    mutating func add(_ rule: Int64, at arrival: Int64) {
        let known = sums[rule] ?? (0, 0)
        sums[rule] = (known.hits + 1, max(known.lastSeen, arrival))
    }

    /// Adds what was counted to the rows.
    mutating func write(_ connection: any Connection) throws {
        let upsert = try connection.prepare(
            """
            INSERT INTO rule_hit (rule, hits, last_seen) VALUES (?1, ?2, ?3)
            ON CONFLICT (rule) DO UPDATE
            SET hits = rule_hit.hits + excluded.hits, last_seen = CASE
                WHEN rule_hit.last_seen > excluded.last_seen THEN rule_hit.last_seen ELSE excluded.last_seen END
            """)
        for (rule, sums) in sums {
            try upsert.bind(1, rule)
            try upsert.bind(2, sums.hits)
            try upsert.bind(3, sums.lastSeen)
            try upsert.execute()
        }
        sums.removeAll()
    }
}
