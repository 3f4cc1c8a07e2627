/// A checksum of a set of rows, independent of their order.
struct RowSum: Equatable {
    private(set) var count = 0
    private var sum: UInt64 = 0

    mutating func add(_ row: [RowValue]) {
        // FNV-1a, 64 bits, over each value with its type and length; then mixed, so that sums of rows do not cancel out.
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        func mix(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        func mix(_ number: UInt64) {
            for shift in stride(from: UInt64(0), to: 64, by: 8) { mix(UInt8(truncatingIfNeeded: number >> shift)) }
        }
        for value in row {
            switch value {
            case .integer(nil), .text(nil), .bytes(nil): mix(0 as UInt8)
            case .integer(let number?):
                mix(1 as UInt8)
                mix(UInt64(bitPattern: number))
            case .text(let text?):
                mix(2 as UInt8)
                mix(UInt64(text.utf8.count))
                for byte in text.utf8 { mix(byte) }
            case .bytes(let bytes?):
                mix(3 as UInt8)
                mix(UInt64(bytes.count))
                for byte in bytes { mix(byte) }
            }
        }
        hash = (hash ^ (hash >> 33)) &* 0xFF51_AFD7_ED55_8CCD
        sum &+= hash ^ (hash >> 33)
        count += 1
    }
}
