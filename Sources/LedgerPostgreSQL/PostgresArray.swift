import Ledger

/// A one-dimensional array in PostgreSQL's binary format: a whole column of a batch as one parameter.
struct PostgresArray {
    let type: ColumnType
    private(set) var count = 0
    private var content: [UInt8] = []
    private var hasNull = false

    init(_ type: ColumnType) { self.type = type }

    /// Values of one type.
    init(_ values: [RowValue]) {
        switch values.first {
        case .integer: self.init(.integer)
        case .bytes: self.init(.bytes)
        case .text, nil: self.init(.text)
        }
        for value in values { append(value) }
    }

    init(_ integers: some Sequence<Int64>) {
        self.init(.integer)
        for integer in integers { append(integer) }
    }

    init(_ texts: some Sequence<String>) {
        self.init(.text)
        for text in texts { append(text) }
    }

    init(_ blobs: some Sequence<[UInt8]>) {
        self.init(.bytes)
        for blob in blobs { append(blob) }
    }

    mutating func append(_ value: RowValue) {
        switch value {
        case .integer(let value): append(value)
        case .text(let value): append(value)
        case .bytes(let value): append(value)
        }
    }

    mutating func append(_ value: Int64?) {
        guard let value else { return appendNull() }
        appendLength(8)
        content.append(bigEndian: UInt64(bitPattern: value))
    }

    mutating func append(_ value: String?) {
        guard let value else { return appendNull() }
        appendLength(value.utf8.count)
        content.append(contentsOf: value.utf8)
    }

    mutating func append(_ value: [UInt8]?) {
        guard let value else { return appendNull() }
        appendLength(value.count)
        content.append(contentsOf: value)
    }

    private mutating func appendLength(_ length: Int) {
        count += 1
        content.append(bigEndian: UInt32(length))
    }

    private mutating func appendNull() {
        count += 1
        hasNull = true
        content.append(bigEndian: UInt32.max)
    }

    /// Dimensions, whether there are NULLs, the elements' type, the length and the lowest index; then the elements.
    var bytes: [UInt8] {
        var bytes = [UInt8]()
        bytes.reserveCapacity(20 + content.count)
        bytes.append(bigEndian: UInt32(count == 0 ? 0 : 1))
        bytes.append(bigEndian: UInt32(hasNull ? 1 : 0))
        bytes.append(bigEndian: type.number)
        if count > 0 {
            bytes.append(bigEndian: UInt32(count))
            bytes.append(bigEndian: UInt32(1))
            bytes.append(contentsOf: content)
        }
        return bytes
    }
}

extension [UInt8] {
    mutating func append(bigEndian value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value.bigEndian) { append(contentsOf: $0) }
    }
}

extension ColumnType {
    /// The type of one value, and of an array of them (pg_type.dat).
    var number: UInt32 {
        switch self {
        case .bytes: 17
        case .integer: 20
        case .text: 25
        }
    }

    var arrayNumber: UInt32 {
        switch self {
        case .bytes: 1001
        case .integer: 1016
        case .text: 1009
        }
    }
}
