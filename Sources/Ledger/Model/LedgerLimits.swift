/// How much of a hostile mail the ledger keeps. Longer text is cut on a UTF-8 boundary.
package enum LedgerLimits {
    /// A diagnostic, in bytes.
    package static let diagnosticBytes = 1024
    /// Any other text of a mail (Message-ID, an address as seen, a command), in bytes.
    package static let textBytes = 512
    /// A text that repeats and is stored once (class, reason, rule, host, folder), in bytes. A path may have 4096.
    package static let termBytes = 4096
    /// A text of the mail that came back, in bytes.
    package static let capturedBytes = 256
    /// How many such texts of one report are stored: those of ``CapturedField/Name``, and sixteen header fields.
    package static let capturedFields = 21
    /// How many old ones a scan drops at least, if there are so many.
    package static let capturedDropped = 10_000
    /// The name of a stream as a person gives it, in bytes: a List-Id or an address (RFC 2919 section 3, RFC 5321).
    package static let streamBytes = 320
    /// The bits of an outcome's number that hold its place in the report; see ``outcomesPerReport``.
    package static let ordinalBits: Int64 = 20
    /// How many recipients of one report are stored: 1,048,576. A larger report is cut.
    package static let outcomesPerReport = 1 << 20
    /// Against how many addresses one report from outside may count, unless the configuration says another number.
    package static let addressesFromOutside = 50
    /// The most that the configuration may say.
    package static let mostAddressesFromOutside = 1_000_000
    /// Of how many addresses of a held report the domains are listed.
    package static let listedAddresses = 1_000
    /// How many held reports are listed.
    package static let listedReports = 1_000
    /// How many canaries one message may name.
    package static let canaryTokens = 4
    /// How far ahead another host's clock may be when it sends a canary, in seconds; one sent later than that had a wrong
    /// clock, and keeps nobody from sending.
    package static let canaryClockSeconds: Int64 = 300
    /// The last second that the ledger's ISO 8601 times can write, 9999-12-31T23:59:59Z. Later arrivals are set to it.
    package static let latestArrival: Int64 = 253_402_300_799

    /// How many days of failures an address's state holds for one stream, and back to how many days before the last.
    package static let streakLength = 128
    package static let streakDays: Int64 = 400
    /// For how many streams and rules it holds them.
    package static let streaks = 16
    /// How many days a report may come after the mail that it answers: queues give up after five or seven. A Date further
    /// back is not believed.
    package static let mailedDays: Int64 = 10

    /// An arrival that the ledger can hold: from 1970 to the end of 9999.
    package static func clamped(arrival: Int64) -> Int64 {
        min(max(arrival, 0), latestArrival)
    }
}

extension String {
    /// The text without NUL, which other programs' SQLite drivers treat as its end, cut to `limit` bytes.
    package func stored(limit: Int) -> String {
        if withBytes({ $0.count <= limit && !$0.contains(0) }) {
            return self
        }
        var kept = [UInt8]()
        kept.reserveCapacity(min(utf8.count, limit))
        for scalar in unicodeScalars {
            let encoded = UTF8.encode(scalar.value == 0 ? "\u{FFFD}" : scalar) ?? UTF8.encodedReplacementCharacter
            if kept.count + encoded.count > limit {
                break
            }
            kept.append(contentsOf: encoded)
        }
        return String(decoding: kept, as: UTF8.self)
    }

    /// Calls `body` with the text's UTF-8, without a copy for a native string.
    package func withBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        utf8.withContiguousStorageIfAvailable(body) ?? Array(utf8).withUnsafeBufferPointer(body)
    }
}
