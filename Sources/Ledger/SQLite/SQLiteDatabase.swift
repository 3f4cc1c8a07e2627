import CSQLiteSettings
import GRDB

/// Opens databases, after what holds for all of SQLite in this process was set.
enum SQLiteDatabase {
    static let inMemory = ":memory:"

    /// Where something has used SQLite before, this changes nothing.
    private static let settings = maildir_bounce_sqlite_counts_no_memory()

    static func open(_ path: String, _ configuration: Configuration = Configuration()) throws -> DatabaseQueue {
        _ = settings
        return try DatabaseQueue(path: path, configuration: configuration)
    }
}
