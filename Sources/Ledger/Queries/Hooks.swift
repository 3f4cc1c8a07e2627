/// How far a hook has got in the feed of changes.
package struct HookProgress: Sendable, Equatable {
    package var name: String
    /// The epoch and the number of the last change that it has taken; `nil` if it has taken none.
    package var epoch: String?
    package var number: Int64 = 0
    /// When it was last run and when it last succeeded, in seconds since 1970 UTC.
    package var tried: Int64?
    package var done: Int64?
    /// How often it failed since, and why at last.
    package var failures = 0
    package var failure: String?
    /// How many changes it has not taken, and when the first of them was written.
    package var lag = 0
    package var lagSince: Int64?

    package init(name: String) { self.name = name }
}

extension LedgerStore {
    /// Reserves a hook for a run, so that no two runs of it are at work at once.
    ///
    /// - Parameters:
    ///   - holder: which run.
    ///   - end: when the reservation ends by itself, in seconds since 1970 UTC.
    ///   - isGone: whether another holder's run is no more; nil: that cannot be seen, and its reservation counts.
    /// - Returns: its progress; `nil` if another run is at work.
    package func beginHook(
        _ name: String, holder: String, at now: Int64, until end: Int64, isGone: (String) -> Bool?
    ) throws(LedgerError) -> HookProgress? {
        try writeOrAbandon { connection in
            let select = try connection.prepare("SELECT lease, holder FROM hook WHERE name = ?1")
            try select.bind(1, name)
            if try select.step(), let other = select.optionalText(1), other != holder,
                let lease = select.optionalInteger(0), !(isGone(other) ?? (lease <= now))
            {
                return nil
            }
            select.reset()
            let reserve = try connection.prepare(
                """
                INSERT INTO hook (name, number, tried, failures, lease, holder) VALUES (?1, 0, ?2, 0, ?3, ?4)
                ON CONFLICT (name) DO UPDATE SET tried = excluded.tried, lease = excluded.lease, holder = excluded.holder
                """)
            try reserve.bind(1, name)
            try reserve.bind(2, now)
            try reserve.bind(3, end)
            try reserve.bind(4, holder)
            try reserve.execute()
            return try LedgerStore.hooks(connection).first { $0.name == name }
        }
    }

    /// Moves a hook's cursor, after its program has taken the changes up to a number, and reserves it for longer.
    ///
    /// - Returns: false if another run has the reservation now: nothing was changed.
    package func moveHook(
        _ name: String, holder: String, to position: FeedPosition, at now: Int64, until end: Int64
    ) throws(LedgerError) -> Bool {
        try update(name, holder, "epoch = ?3, number = ?4, done = ?5, lease = ?6, failures = 0, failure = NULL") {
            try $0.bind(3, position.epoch)
            try $0.bind(4, position.number)
            try $0.bind(5, now)
            try $0.bind(6, end)
        }
    }

    /// Reserves a hook for longer, while its program is at work.
    ///
    /// - Returns: false if another run has the reservation now.
    package func extendHook(_ name: String, holder: String, until end: Int64) throws(LedgerError) -> Bool {
        try update(name, holder, "lease = ?3") { try $0.bind(3, end) }
    }

    /// Ends a run of a hook.
    ///
    /// - Parameter failure: why it failed; `nil` if it did not.
    package func endHook(_ name: String, holder: String, failure: String? = nil) throws(LedgerError) {
        let noted = failure == nil ? "" : ", failures = failures + 1, failure = ?3"
        _ = try update(name, holder, "lease = NULL, holder = NULL" + noted) {
            if let failure { try $0.bind(3, failure.stored(limit: LedgerLimits.textBytes)) }
        }
    }

    private func update(
        _ name: String, _ holder: String, _ assignments: String, _ bind: (any Query) throws -> Void
    ) throws(LedgerError) -> Bool {
        try write { connection in
            let update = try connection.prepare("UPDATE hook SET \(assignments) WHERE name = ?1 AND holder = ?2")
            try update.bind(1, name)
            try update.bind(2, holder)
            try bind(update)
            try update.execute()
            return try connection.changes > 0
        }
    }

    /// The progress of every hook that has been run, in the order of their names.
    package func hooks() throws(LedgerError) -> [HookProgress] { try read { try LedgerStore.hooks($0) } }

    /// Makes a hook be run from the beginning, or forgets it.
    package func forgetHook(_ name: String) throws(LedgerError) -> Bool {
        try write { connection in
            let delete = try connection.prepare("DELETE FROM hook WHERE name = ?1")
            try delete.bind(1, name)
            try delete.execute()
            return try connection.changes > 0
        }
    }

    private static func hooks(_ connection: any Connection) throws -> [HookProgress] {
        let query = try connection.prepare(
            """
            SELECT name, epoch, number, tried, done, failures, failure,
                (SELECT count(*) FROM change WHERE change.number > hook.number),
                (SELECT at FROM change WHERE change.number > hook.number ORDER BY change.number LIMIT 1)
            FROM hook ORDER BY name
            """)
        var hooks: [HookProgress] = []
        while try query.step() {
            var hook = HookProgress(name: query.text(0))
            hook.epoch = query.optionalText(1)
            hook.number = query.integer(2)
            hook.tried = query.optionalInteger(3)
            hook.done = query.optionalInteger(4)
            hook.failures = Int(query.integer(5))
            hook.failure = query.optionalText(6)
            hook.lag = Int(query.integer(7))
            hook.lagSince = query.optionalInteger(8)
            hooks.append(hook)
        }
        return hooks
    }
}
