import Verdict

/// Terms and their numbers, as far as they were read or written. They never change, but those created in a transaction
/// are invalid after a rollback.
package final class TermCache {
    private var numbers: [String: Int64] = [:]
    private var texts: [Int64: String] = [:]
    /// The parsed values of some of the texts, by number.
    package var classes: [Int64: Token<MessageClass>] = [:]
    package var fates: [Int64: Fate] = [:]
    package var reasons: [Int64: Token<Reason>] = [:]
    /// So that reasons made up by an import cannot fill the memory.
    package static let meaningLimit = 1_000
    /// The last ones used: most texts of a report are the same as in the report before, and comparing is cheaper than
    /// hashing.
    private var recent = [Recent](repeating: Recent(), count: TermCache.recentCount)

    private struct Recent {
        var text = ""
        /// No term has the number 0.
        var number: Int64 = 0
    }

    /// So that host names made up by a sender cannot fill the memory.
    private let limit: Int
    /// A power of two.
    private static let recentCount = 64

    package init(limit: Int = 20_000) { self.limit = limit }

    package func number(of text: String) -> Int64? {
        let place = TermCache.place(text)
        let last = recent[place]
        if last.number != 0, last.text == text { return last.number }
        guard let number = numbers[text] else { return nil }
        recent[place] = Recent(text: text, number: number)
        return number
    }

    package func text(of number: Int64) -> String? { texts[number] }

    package func remember(_ number: Int64, of text: String) {
        if numbers.count >= limit { numbers.removeAll() }
        numbers[text] = number
    }

    package func remember(_ text: String, of number: Int64) {
        if texts.count >= limit { texts.removeAll() }
        texts[number] = text
    }

    package func removeAll() {
        texts.removeAll()
        classes.removeAll()
        fates.removeAll()
        reasons.removeAll()
        removeNumbers()
    }

    package func removeNumbers() {
        numbers.removeAll()
        recent = [Recent](repeating: Recent(), count: TermCache.recentCount)
    }

    private static func place(_ text: String) -> Int {
        text.withBytes { bytes in
            guard let first = bytes.first, let last = bytes.last else { return 0 }
            return (Int(first) ^ Int(last) &<< 2 ^ bytes.count &* 5) & (recentCount - 1)
        }
    }
}
