import Ledger
import Bytes
import CPostgreSQL
import Glibc

/// One connection to a server. Not thread-safe.
final class PostgresSession {
    /// A parameter of a statement.
    enum Parameter {
        case value(RowValue)
        case array(PostgresArray)

        var type: UInt32 {
            switch self {
            case .value(.integer): ColumnType.integer.number
            case .value(.text): ColumnType.text.number
            case .value(.bytes): ColumnType.bytes.number
            case .array(let array): array.type.arrayNumber
            }
        }

        /// In PostgreSQL's binary format.
        var binary: [UInt8]? {
            switch self {
            case .value(.integer(let value)):
                guard let value else { return nil }
                var bytes = [UInt8]()
                bytes.append(bigEndian: value)
                return bytes
            case .value(.text(let value)): return value.map { Array($0.utf8) }
            case .value(.bytes(let value)): return value
            case .array(let array): return array.bytes
            }
        }
    }

    /// One of several statements that are sent together.
    struct Statement {
        var sql: String
        var parameters: [Parameter] = []
    }

    private let functions: libpq
    private let connection: OpaquePointer
    /// The statements that were executed before, each with its name at the server once it has one.
    private var known: [String: String?] = [:]

    /// How many seconds to wait for an answer. A statement over a whole large ledger may take its time.
    var patience: Int64 = 3_600

    let terms = TermCache(limit: PostgresTerms.limit)

    /// Statements that are different each time must not fill the server's memory.
    private static let knownLimit = 400

    /// - Throws: `PostgresFailure`.
    init(_ address: PostgresAddress) throws {
        let functions = address.library.functions
        self.functions = functions
        let keywords = address.parameters.keys.sorted()
        let values = keywords.map { address.parameters[$0] ?? "" }
        let opened = withCStrings(keywords) { keywords in
            withCStrings(values) { values in functions.PQconnectdbParams(keywords, values, 0) }
        }
        guard let opened else {
            throw PostgresFailure(state: "53200", message: "no memory for a connection", isLost: true)
        }
        connection = opened
        _ = functions.PQsetNoticeProcessor(connection, libpq_ignore_notice, nil)
        if functions.PQstatus(connection) != CONNECTION_OK {
            // The deinitialiser closes it: all members are set.
            throw failure(nil)
        }
    }

    deinit { functions.PQfinish(connection) }

    /// Whether a transaction is open.
    var isInTransaction: Bool { functions.PQtransactionStatus(connection) != PQTRANS_IDLE }

    var isStandby: Bool {
        functions.PQparameterStatus(connection, "in_hot_standby").map { String(cString: $0) == "on" } ?? false
    }

    // MARK: Statements

    /// Statements without parameters, separated by semicolons, in one round trip.
    func run(_ sql: String) throws {
        guard functions.PQsendQuery(connection, sql) == 1 else { throw failure(nil) }
        _ = try answer()
    }

    /// Executes a statement; from its second execution on it is prepared on the server.
    func execute(_ sql: String, _ parameters: [Parameter]) throws -> PostgresRows {
        guard let name = known[sql] else {
            if known.count < PostgresSession.knownLimit { known[sql] = .some(nil) }
            return try pipeline([Statement(sql: sql, parameters: parameters)])[0]
        }
        let types = parameters.map(\.type)
        var prepared = name
        if prepared == nil {
            let fresh = "s\(known.count)_\(known.values.count { $0 != nil })"
            guard functions.PQsendPrepare(connection, fresh, sql, Int32(types.count), types) == 1 else {
                throw failure(nil)
            }
            _ = try answer()
            known[sql] = fresh
            prepared = fresh
        }
        let values = parameters.map(\.binary)
        let isSent = withPointers(values) { pointers, lengths in
            functions.PQsendQueryPrepared(
                connection, prepared ?? "", Int32(values.count), pointers, lengths,
                [Int32](repeating: 1, count: values.count), 1)
        }
        guard isSent == 1 else { throw failure(nil) }
        return try answer()
    }

    /// The result outside a pipeline: of several statements the last, or the first that failed.
    private func answer() throws -> PostgresRows {
        var last: PostgresRows?
        var failed: PostgresFailure?
        while let result = try next() {
            switch functions.PQresultStatus(result) {
            case PGRES_TUPLES_OK, PGRES_COMMAND_OK: last = PostgresRows(functions, result)
            default:
                if failed == nil { failed = failure(result) }
                functions.PQclear(result)
            }
        }
        if let failed { throw failed }
        guard let last else { throw failure(nil) }
        return last
    }

    /// The next part of a result, or nil at its end. Has a timeout, even if the server, or something in between, keeps
    /// the connection open.
    private func next() throws -> OpaquePointer? {
        let end = ContinuousClock.now + .seconds(patience)
        while functions.PQisBusy(connection) == 1 {
            let left = ContinuousClock.now.duration(to: end).components.seconds
            var descriptor = pollfd(fd: functions.PQsocket(connection), events: Int16(POLLIN), revents: 0)
            let ready = left > 0 ? poll(&descriptor, 1, Int32(clamping: min(left, 60) * 1000)) : 0
            if ready == 0, left <= 0 {
                throw PostgresFailure(state: "", message: "no answer for \(patience) s", isLost: true)
            }
            if ready > 0, functions.PQconsumeInput(connection) == 0 { throw failure(nil) }
        }
        return functions.PQgetResult(connection)
    }

    /// Statements in one round trip. Throws the first failure; no statement after it is executed.
    func pipeline(_ statements: [Statement]) throws -> [PostgresRows] {
        do {
            let (answers, failed) = try sent(statements)
            if let failed { throw failed }
            return answers
        } catch var failure as PostgresFailure {
            // Partly sent or read data makes the connection unusable.
            if functions.PQexitPipelineMode(connection) != 1 { failure.isLost = true }
            throw failure
        }
    }

    private func sent(_ statements: [Statement]) throws -> ([PostgresRows], PostgresFailure?) {
        guard functions.PQenterPipelineMode(connection) == 1 else { throw failure(nil) }
        for statement in statements {
            let values = statement.parameters.map(\.binary)
            let types = statement.parameters.map(\.type)
            let isSent = withPointers(values) { pointers, lengths in
                functions.PQsendQueryParams(
                    connection, statement.sql, Int32(values.count), types, pointers, lengths,
                    [Int32](repeating: 1, count: values.count), 1)
            }
            guard isSent == 1 else { throw failure(nil) }
        }
        guard functions.PQpipelineSync(connection) == 1 else { throw failure(nil) }
        var answers = [PostgresRows]()
        var first: PostgresFailure?
        for _ in statements {
            guard let result = try next() else { throw failure(nil) }
            switch functions.PQresultStatus(result) {
            case PGRES_TUPLES_OK, PGRES_COMMAND_OK: answers.append(PostgresRows(functions, result))
            case PGRES_PIPELINE_ABORTED: functions.PQclear(result)
            default:
                if first == nil { first = failure(result) }
                functions.PQclear(result)
                if first?.isLost == true, let first { throw first }
            }
            // The end of this statement's results.
            while let more = try next() { functions.PQclear(more) }
        }
        guard let sync = try next() else { throw failure(nil) }
        functions.PQclear(sync)
        guard functions.PQexitPipelineMode(connection) == 1 else { throw failure(nil) }
        return (answers, first)
    }

    private func failure(_ result: OpaquePointer?) -> PostgresFailure {
        let isLost = functions.PQstatus(connection) != CONNECTION_OK
        let state = result.flatMap { functions.PQresultErrorField($0, libpq_sqlstate) }.map { String(cString: $0) }
        let message =
            result.flatMap { functions.PQresultErrorMessage($0) } ?? functions.PQerrorMessage(connection)
        // Several lines if several hosts were tried.
        let lines = message.map { String(cString: $0) }?.split(separator: "\n").map { $0.trimmingBlanks } ?? []
        return PostgresFailure(
            state: state ?? "", message: lines.joined(separator: "; "), isLost: isLost)
    }
}

/// Calls `body` with the texts as a NULL-terminated C array.
private func withCStrings<Result>(
    _ texts: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> Result
) -> Result {
    let bytes = texts.map { Array($0.utf8CString) }
    let offsets = bytes.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) }
    return bytes.flatMap { $0 }.withUnsafeBufferPointer { all in
        var pointers: [UnsafePointer<CChar>?] = offsets.dropLast().map { offset in all.baseAddress.map { $0 + offset } }
        pointers.append(nil)
        return pointers.withUnsafeBufferPointer { body($0.baseAddress) }
    }
}

/// Calls `body` with the values as libpq takes them: a pointer to each, NULL for no value, and the lengths.
private func withPointers<Result>(
    _ values: [[UInt8]?], _ body: (UnsafePointer<UnsafePointer<CChar>?>?, [Int32]) -> Result
) -> Result {
    // The values' bytes are concatenated. The byte at the end gives an empty value an address, too.
    var all = [UInt8]()
    all.reserveCapacity(1 + values.reduce(0) { $0 + ($1?.count ?? 0) })
    let offsets = values.map { value -> Int? in
        guard let value else { return nil }
        defer { all.append(contentsOf: value) }
        return all.count
    }
    all.append(0)
    return all.withUnsafeBytes { buffer in
        let pointers = offsets.map { offset -> UnsafePointer<CChar>? in
            guard let offset, let base = buffer.baseAddress else { return nil }
            return (base + offset).assumingMemoryBound(to: CChar.self)
        }
        return pointers.withUnsafeBufferPointer { body($0.baseAddress, values.map { Int32($0?.count ?? 0) }) }
    }
}
