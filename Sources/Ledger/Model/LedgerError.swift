import Bytes

/// Why the ledger could not do what was asked, in one line that also says what to do next.
package struct LedgerError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of failure it is; each has the exit status of sysexits(3).
    package enum Category: Sendable, Hashable {
        /// The given path or URL cannot be a ledger (64).
        case badLocation
        /// The given text is not a mail address (65).
        case badAddress
        /// There is no ledger there, it cannot be read, or the file is something else (66).
        case cannotOpen
        /// It cannot be made or written (73).
        case cannotWrite
        /// The disk, or the file on it, is damaged (74).
        case inputOutput
        /// This host's configuration differs from that of the other hosts that share the ledger (78).
        case configuration
        /// Locked by another program, or the disk is full: nothing was changed, try again (75).
        case tryAgain

        package var exitStatus: Int32 {
            switch self {
            case .badLocation: 64
            case .badAddress: 65
            case .cannotOpen: 66
            case .cannotWrite: 73
            case .inputOutput: 74
            case .tryAgain: 75
            case .configuration: 78
            }
        }
    }

    package let category: Category
    package let description: String
    /// Whether another program held a lock.
    package let isBusy: Bool
    /// Whether the only problem is that there is no ledger yet.
    package let isMissing: Bool

    package static func openedForReading(_ path: String) -> LedgerError {
        LedgerError(.cannotWrite, "the ledger \(path) was opened for reading only")
    }

    package init(_ category: Category, _ description: String, isBusy: Bool = false, isMissing: Bool = false) {
        self.category = category
        self.isBusy = isBusy
        self.isMissing = isMissing
        // One line, whatever a path or a message of SQLite contains.
        self.description = String(
            String.UnicodeScalarView(
                description.unicodeScalars.map { $0.isASCII && UInt8(ascii: $0).isControl ? "?" : $0 }))
    }
}
