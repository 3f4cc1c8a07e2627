import Glibc
import Testing

@testable import Ledger
@testable import LedgerPostgreSQL

/// Needs libpq, which the build's own package brings along, and no server.
@Suite("The address of a ledger on PostgreSQL")
struct PostgresAddressTests {
    private func parameters(_ text: String) throws -> [String: String] {
        try #require(try PostgresAddress(text)).parameters
    }

    @Test("A path is no address", arguments: ["ledger.sqlite", "/var/lib/postgresql://x", "./postgres://", ""])
    func paths(path: String) throws {
        #expect(try PostgresAddress(path) == nil)
    }

    @Test(
        "Another machine must prove its name, unless the address says otherwise",
        arguments: [
            ("postgresql://u@db.example/b", "verify-full"), ("postgres://u@192.0.2.1:5433/b", "verify-full"),
            ("postgresql://u@[2001:db8::1]/b", "verify-full"), ("postgresql://u@127.example.com/b", "verify-full"),
            ("postgresql://u@127.0.0.1,db.example/b", "verify-full"),
            ("postgresql://u@localhost/b?hostaddr=192.0.2.1", "verify-full"),
            ("postgresql://u@db.example/b?sslmode=require", "require"), ("postgresql://u@127.0.0.1/b", nil),
            ("postgresql://u@localhost:5433/b", nil), ("postgresql://u@[::1]/b", nil),
            ("postgresql:///b?host=/run/postgresql", nil), ("postgresql://%2Frun%2Fpostgresql/b", nil),
        ] as [(String, String?)])
    func encryption(address: String, mode: String?) throws {
        #expect(try parameters(address)["sslmode"] == mode)
    }

    @Test("What the address says comes before what we would choose, and the encoding is ours")
    func defaults() throws {
        let given = try parameters("postgresql://u@127.0.0.1/b?connect_timeout=3&client_encoding=LATIN1")
        #expect(given["connect_timeout"] == "3")
        #expect(given["client_encoding"] == "UTF8")
        #expect(given["application_name"] == "maildir-bounce")
        #expect(given["tcp_user_timeout"] == "30000")
    }

    @Test(
        "A password in it is refused, and not repeated",
        arguments: [
            "postgresql://u:s3cret@127.0.0.1/b", "postgresql://u@127.0.0.1/b?password=s3cret",
            "postgres://u@h/b?sslpassword=s3cret", "postgresql://u:s3cret@h/b?nonsense=1",
            "postgresql://u:s3cret@[::1/b",
        ])
    func password(address: String) {
        let refusal = #expect(throws: LedgerError.self) { try PostgresAddress(address) }
        #expect(refusal?.category == .badLocation)
        #expect(refusal?.description.contains("s3cret") == false)
    }

    @Test("A server that is not there is told with the time that it was waited for, and is worth another try")
    func nobody() throws {
        let failure = #expect(throws: LedgerError.self) {
            try LedgerStore(
                path: "postgresql://u@127.0.0.1:1/b", mode: .readWrite, policy: Policy.byDays, busySeconds: 0)
        }
        #expect(failure?.category == .tryAgain)
        #expect(failure?.description.contains("try again") == true)
    }

    @Test("What a server says means something else each time")
    func failures() {
        func category(_ state: String, _ message: String = "") -> LedgerError.Category {
            LedgerError(PostgresFailure(state: state, message: message, isLost: false), path: "p", busySeconds: 1)
                .category
        }
        for state in ["40001", "40P01", "23505", "25006", "53100", "53300", "55P03", "57P01", "08006"] {
            #expect(category(state) == .tryAgain, "\(state)")
        }
        #expect(category("42501") == .cannotWrite)
        #expect(category("XX001") == .inputOutput)
        #expect(category("", "FATAL:  password authentication failed for user \"u\"") == .cannotOpen)
        #expect(category("", "Connection refused") == .tryAgain)
        for state in ["40001", "23505", "25006", "57P01", "08006"] {
            #expect(PostgresFailure(state: state, message: "", isLost: false).isPassing, "\(state)")
        }
        for state in ["53100", "42501", "42P01", "55P03", "XX001"] {
            #expect(!PostgresFailure(state: state, message: "", isLost: false).isPassing, "\(state)")
        }
    }

    @Test("An array is written as PostgreSQL reads it")
    func arrays() {
        #expect(PostgresArray([Int64]()).bytes == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 20])
        var texts = PostgresArray(.text)
        texts.append("é" as String?)
        texts.append(nil as String?)
        #expect(
            texts.bytes == [
                0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 25, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0xC3, 0xA9, 0xFF, 0xFF, 0xFF,
                0xFF,
            ])
    }
}
