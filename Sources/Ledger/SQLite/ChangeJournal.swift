/// The rows of the large tables that were created, changed or deleted.
package final class ChangeJournal {
    package init() {}

    package private(set) var deliveries = Set<Int64>()
    package private(set) var outcomes = Set<Int64>()
    package private(set) var addresses = Set<Int64>()
    package private(set) var terms = Set<Int64>()

    package func note(_ table: UnsafePointer<CChar>, _ row: Int64) {
        // The first letters distinguish these tables from each other and from the rest.
        switch (UInt8(bitPattern: table[0]), UInt8(bitPattern: table[1])) {
        case (UInt8(ascii: "d"), UInt8(ascii: "e")): deliveries.insert(row)
        case (UInt8(ascii: "o"), UInt8(ascii: "u")): outcomes.insert(row)
        case (UInt8(ascii: "a"), UInt8(ascii: "d")): addresses.insert(row)
        case (UInt8(ascii: "t"), UInt8(ascii: "e")): terms.insert(row)
        default: break
        }
    }
}
