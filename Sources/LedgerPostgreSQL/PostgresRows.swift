import Ledger
import CPostgreSQL

/// The result of a statement, with every value in PostgreSQL's binary format.
final class PostgresRows {
    /// The OIDs of the types that the ledger's statements return (pg_type.dat).
    private enum Kind {
        static let boolean: UInt32 = 16
        static let integer8: UInt32 = 20
        static let integer2: UInt32 = 21
        static let integer4: UInt32 = 23
    }

    private let functions: libpq
    private let result: OpaquePointer
    let count: Int32

    init(_ functions: libpq, _ result: OpaquePointer) {
        self.functions = functions
        self.result = result
        count = functions.PQntuples(result)
    }

    deinit { functions.PQclear(result) }

    /// How many rows a statement without results has changed.
    var changes: Int { functions.PQcmdTuples(result).flatMap { Int(String(cString: $0)) } ?? 0 }

    func isNull(_ row: Int32, _ column: Int32) -> Bool {
        functions.PQgetisnull(result, row, column) != 0
    }

    func blob(_ row: Int32, _ column: Int32) -> UnsafeRawBufferPointer? {
        if isNull(row, column) { return nil }
        return UnsafeRawBufferPointer(
            start: functions.PQgetvalue(result, row, column), count: Int(functions.PQgetlength(result, row, column)))
    }

    func integer(_ row: Int32, _ column: Int32) -> Int64 {
        guard let bytes = blob(row, column) else { return 0 }
        switch functions.PQftype(result, column) {
        case Kind.integer8: return Int64(bigEndian: bytes.loadUnaligned(as: Int64.self))
        case Kind.integer4: return Int64(Int32(bigEndian: bytes.loadUnaligned(as: Int32.self)))
        case Kind.integer2: return Int64(Int16(bigEndian: bytes.loadUnaligned(as: Int16.self)))
        case Kind.boolean: return Int64(bytes.first ?? 0)
        default: return 0
        }
    }

    func text(_ row: Int32, _ column: Int32) -> String? {
        guard let bytes = blob(row, column) else { return nil }
        switch functions.PQftype(result, column) {
        case Kind.integer8, Kind.integer4, Kind.integer2, Kind.boolean: return String(integer(row, column))
        default: return String(decoding: bytes, as: UTF8.self)
        }
    }

    // MARK: Whole columns

    func optionalInteger(_ row: Int32, _ column: Int32) -> Int64? {
        isNull(row, column) ? nil : integer(row, column)
    }

    func bytes(_ row: Int32, _ column: Int32) -> [UInt8]? { blob(row, column).map { Array($0) } }

    func integers(_ column: Int32) -> [Int64] { (0..<count).map { integer($0, column) } }
}
