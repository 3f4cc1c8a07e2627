/// The rows of `setting`: texts under names.
package enum SettingTable {
    package static func text(_ name: String, _ connection: any Connection) throws -> String? {
        let query = try connection.prepare("SELECT value FROM setting WHERE name = ?1")
        defer { query.reset() }
        try query.bind(1, name)
        return try query.step() ? query.text(0) : nil
    }

    package static func integer(_ name: String, _ connection: any Connection) throws -> Int64? {
        try text(name, connection).flatMap { Int64($0) }
    }

    /// Writes a value in place of the one that is there.
    package static func store(_ value: String, as name: String, _ connection: any Connection) throws {
        let setting = try connection.prepare(
            """
            INSERT INTO setting (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value
            """)
        try setting.bind(1, name)
        try setting.bind(2, value)
        try setting.execute()
    }
}
