import Glibc

@testable import Ledger
@testable import LedgerPostgreSQL

/// The PostgreSQL server on which the ledger's tests are run instead of SQLite, where MAILDIR_BOUNCE_TEST_POSTGRESQL
/// names one; Tests/postgresql/run.sh starts it. Each ledger is a schema of its own.
enum TestServer {
    static let base = getenv("MAILDIR_BOUNCE_TEST_POSTGRESQL").map { String(cString: $0) }

    static var isInUse: Bool { base != nil }

    /// The address of the ledger in a schema, which is made.
    static func address(schema: String) -> String? {
        guard let base else { return nil }
        let name = "t\(getpid())_" + schema.lowercased()
        do {
            guard let address = try PostgresAddress(base) else { return nil }
            // What the tests' own queries use of SQLite.
            try PostgresSession(address).run(
                """
                CREATE SCHEMA IF NOT EXISTS \(name);
                CREATE OR REPLACE FUNCTION \(name).hex(BYTEA) RETURNS TEXT LANGUAGE SQL IMMUTABLE
                    AS $$ SELECT coalesce(upper(encode($1, 'hex')), '') $$;
                CREATE OR REPLACE FUNCTION \(name).joined(TEXT, TEXT) RETURNS TEXT LANGUAGE SQL IMMUTABLE
                    AS $$ SELECT coalesce($1 || ',', '') || $2 $$;
                CREATE OR REPLACE AGGREGATE \(name).group_concat(TEXT) (SFUNC = \(name).joined, STYPE = TEXT);
                """)
        } catch {
            return "postgresql://127.0.0.1:1/failed"
        }
        return base + (base.contains("?") ? "&" : "?") + "options=-csearch_path%3D\(name)"
    }
}

/// An empty ledger: in memory, or on the server.
func freshLedger(_ policy: Policy) throws -> LedgerStore {
    let schema = "l\(UInt64.random(in: 0..<UInt64.max))"
    guard let address = TestServer.address(schema: schema) else { return try LedgerStore(inMemory: policy) }
    return try LedgerStore(path: address, mode: .readWrite, policy: policy)
}
