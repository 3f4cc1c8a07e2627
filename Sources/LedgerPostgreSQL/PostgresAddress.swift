import Ledger
import CPostgreSQL
import Glibc

/// The address of a ledger on PostgreSQL: libpq's URI (PostgreSQL's manual, "Connection URIs").
///
/// A connection to another machine is encrypted, and the server must prove its name, unless the URI or the environment
/// says otherwise. A password is never taken from the URI, which other users of this machine can read in the process
/// list; libpq finds it in the file that `passfile`, PGPASSFILE or ~/.pgpass names.
struct PostgresAddress: Sendable {
    /// The ledger's name in messages, without the password.
    let text: String
    /// The parameters of the connection.
    let parameters: [String: String]
    let library: PostgresLibrary

    static func isOne(_ text: String) -> Bool {
        text.hasPrefix("postgresql://") || text.hasPrefix("postgres://")
    }

    /// `nil` if the text is a path, not such a URI.
    init?(_ text: String) throws(LedgerError) {
        guard PostgresAddress.isOne(text) else { return nil }
        library = try PostgresLibrary()
        var given = try PostgresAddress.parse(text, library)
        if given["password"] != nil || given["sslpassword"] != nil {
            throw LedgerError(
                .badLocation,
                "the address of the ledger has a password in it, which every user of this machine could read; put it into "
                    + "~/.pgpass, or into a file that passfile=FILE in the address or PGPASSFILE names")
        }
        let defaults = [
            "application_name": "maildir-bounce", "connect_timeout": "10", "tcp_user_timeout": "30000",
            "keepalives_idle": "10", "keepalives_interval": "5", "keepalives_count": "4",
        ]
        given.merge(defaults) { given, _ in given }
        given["client_encoding"] = "UTF8"
        if !PostgresAddress.isLocal(given), given["sslmode"] == nil, getenv("PGSSLMODE") == nil {
            given["sslmode"] = "verify-full"
            if given["sslrootcert"] == nil, getenv("PGSSLROOTCERT") == nil,
                let file = PostgresAddress.rootCertificates()
            {
                given["sslrootcert"] = file
            }
        }
        self.text = text
        parameters = given
    }

    private static func parse(_ text: String, _ library: PostgresLibrary) throws(LedgerError) -> [String: String] {
        let functions = library.functions
        var message: UnsafeMutablePointer<CChar>?
        guard let options = functions.PQconninfoParse(text, &message) else {
            // Not libpq's message, which repeats the URI and perhaps a password in it.
            functions.PQfreemem(message)
            throw LedgerError(
                .badLocation,
                "the address of the ledger is no URI that PostgreSQL knows; it looks like "
                    + "postgresql://USER@HOST:PORT/DATABASE?PARAMETER=VALUE")
        }
        defer { functions.PQconninfoFree(options) }
        var given = [String: String]()
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val { given[String(cString: keyword)] = String(cString: value) }
            option += 1
        }
        return given
    }

    /// Whether the server is on this machine: a socket, or the loopback interface.
    private static func isLocal(_ parameters: [String: String]) -> Bool {
        let named = parameters["hostaddr"] ?? parameters["host"] ?? environment("PGHOSTADDR") ?? environment("PGHOST")
        guard let named else { return true }
        return named.split(separator: ",", omittingEmptySubsequences: false).allSatisfy { host in
            host.isEmpty || host.hasPrefix("/") || host.hasPrefix("@") || host == "localhost" || host == "::1"
                || isLoopback(host)
        }
    }

    /// 127.0.0.0/8, in four numbers: `127.example.com` is another machine.
    private static func isLoopback(_ host: Substring) -> Bool {
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }

    private static func environment(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }

    /// The certificates that the system trusts, if the user keeps none for PostgreSQL.
    private static func rootCertificates() -> String? {
        let own = (environment("HOME") ?? "/root") + "/.postgresql/root.crt"
        if access(own, R_OK) == 0 { return nil }
        let candidates = [
            "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem",
        ]
        return candidates.first { access($0, R_OK) == 0 }
    }
}
