/// Finds any number of phrases in one pass over a text: an Aho–Corasick automaton over folded bytes.
///
/// The cost of a scan is one table look-up a byte, whatever the number of phrases.
struct PhraseMatcher: Sendable {
    /// One phrase found.
    struct Hit: Equatable {
        /// The phrase's number, in the order in which the phrases were given.
        var phrase: Int
        /// The offset behind the phrase's last byte.
        var end: Int
    }

    /// Hits taken from one text; what comes behind them is not looked for.
    static let maximumHits = 4_096

    /// Bytes that stand in no phrase share class 0.
    private let classes: [UInt8]
    private let classCount: Int
    /// `next[state * classCount + class]`
    private let next: [UInt32]
    /// The phrase that ends in a state, plus one; 0 where none does.
    private let ending: [UInt32]
    /// The nearest state on the failure path in which a phrase ends, or 0.
    private let link: [UInt32]
    private let lengths: [Int]

    /// - Parameter phrases: folded as `FoldedText` folds; no two alike, none empty.
    init(_ phrases: [[UInt8]]) {
        var classes = [UInt8](repeating: 0, count: 256)
        var classCount = 1
        for byte in phrases.joined() where classes[Int(byte)] == 0 && classCount < 256 {
            classes[Int(byte)] = UInt8(classCount)
            classCount += 1
        }
        // The trie, then failure links breadth first; missing edges are filled in on the way.
        var next = [UInt32](repeating: 0, count: classCount)
        var ending: [UInt32] = [0]
        for (number, phrase) in phrases.enumerated() {
            var state = 0
            for byte in phrase {
                let edge = state * classCount + Int(classes[Int(byte)])
                if next[edge] == 0 {
                    next[edge] = UInt32(ending.count)
                    ending.append(0)
                    next.append(contentsOf: repeatElement(0, count: classCount))
                }
                state = Int(next[edge])
            }
            if state != 0 { ending[state] = UInt32(number + 1) }
        }
        var fail = [UInt32](repeating: 0, count: ending.count)
        var link = [UInt32](repeating: 0, count: ending.count)
        var queue: [Int] = []
        queue.reserveCapacity(ending.count)
        for edge in 0..<classCount where next[edge] != 0 { queue.append(Int(next[edge])) }
        var head = 0
        while head < queue.count {
            let state = queue[head]
            head += 1
            let back = Int(fail[state])
            link[state] = ending[back] != 0 ? UInt32(back) : link[back]
            for symbol in 0..<classCount {
                let edge = state * classCount + symbol
                let target = next[edge]
                if target == 0 {
                    next[edge] = next[back * classCount + symbol]
                } else {
                    fail[Int(target)] = next[back * classCount + symbol]
                    queue.append(Int(target))
                }
            }
        }
        self.classes = classes
        self.classCount = classCount
        self.next = next
        self.ending = ending
        self.link = link
        lengths = phrases.map(\.count)
    }

    /// The length of a phrase in bytes.
    func length(of phrase: Int) -> Int { lengths[phrase] }

    /// All phrases in the text, in the order in which they end.
    func hits(in text: Span<UInt8>) -> [Hit] {
        var hits: [Hit] = []
        var state = 0
        let classes = classes.span
        let next = next.span
        let ending = ending.span
        for index in 0..<text.count {
            state = Int(next[state * classCount + Int(classes[Int(text[index])])])
            guard ending[state] != 0 || link[state] != 0 else { continue }
            var output = ending[state] != 0 ? state : Int(link[state])
            while output != 0 {
                hits.append(Hit(phrase: Int(ending[output]) - 1, end: index + 1))
                output = Int(link[output])
            }
            if hits.count >= PhraseMatcher.maximumHits { break }
        }
        return hits
    }
}
