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
    /// `next[state * classCount + class]` is the next state's row (its number times `classCount`), with `outputFlag` set
    /// where a phrase ends there.
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
        // States become offsets of rows, so that a step costs no multiplication.
        for edge in next.indices {
            let target = Int(next[edge])
            let isOutput = ending[target] != 0 || link[target] != 0
            next[edge] = UInt32(target * classCount) | (isOutput ? PhraseMatcher.outputFlag : 0)
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

    /// All phrases in the text, in the order in which they end, `maximumHits` at the most.
    func hits(in text: Span<UInt8>) -> [Hit] {
        var hits: [Hit] = []
        scan(text) { phrase, end in
            hits.append(Hit(phrase: phrase, end: end))
            return hits.count < PhraseMatcher.maximumHits
        }
        return hits
    }

    /// Calls `found` with each phrase's number and the offset behind it, until it returns false.
    @inline(__always)
    func scan(_ text: Span<UInt8>, _ found: (_ phrase: Int, _ end: Int) -> Bool) {
        classes.withUnsafeBufferPointer { classes in
            next.withUnsafeBufferPointer { next in
                var state: UInt32 = 0
                for index in 0..<text.count {
                    // Bits above the state's number say that a phrase ends here.
                    let entry = next[Int(state) + Int(classes[Int(text[index])])]
                    state = entry & PhraseMatcher.stateMask
                    if entry & PhraseMatcher.outputFlag != 0 {
                        var output = Int(state) / classCount
                        while output != 0 {
                            if ending[output] != 0, !found(Int(ending[output]) - 1, index + 1) { return }
                            output = Int(link[output])
                        }
                    }
                }
            }
        }
    }

    /// Set in an edge whose target ends a phrase, itself or by its suffixes.
    private static let outputFlag: UInt32 = 0x8000_0000
    private static let stateMask: UInt32 = 0x7FFF_FFFF
}
