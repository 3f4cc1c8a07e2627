/// Finds any number of phrases in one pass over a text: an Aho–Corasick automaton over folded bytes.
///
/// States near the root and states with many children have a row of 256 resolved edges; all others hold their few edges
/// and fall back along the failure links. Thousands of phrases in many scripts take a megabyte or two that way, where a
/// full table takes tens, and a scan stays linear: each byte goes one state deeper at the most.
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
    /// A state with more children than this has a row of its own.
    private static let maximumSparse = 4

    private struct State {
        /// The longest proper suffix that is a state too.
        var fail: UInt32 = 0
        /// Index of the row of resolved edges; 0 where there is none (row 0 is the root's).
        var row: UInt32 = 0
        /// First of the state's edges.
        var edges: UInt32 = 0
        var edgeCount: UInt32 = 0
        /// The phrase that ends here, plus one.
        var ending: UInt32 = 0
        /// The nearest state on the failure path in which a phrase ends.
        var link: UInt32 = 0
    }

    private var states: [State]
    private var edgeBytes: [UInt8] = []
    private var edgeTargets: [UInt32] = []
    private var rows: [UInt32]
    private let lengths: [Int]

    /// - Parameter phrases: folded as `FoldedText` folds; no two alike, none empty.
    init(_ phrases: [[UInt8]]) {
        lengths = phrases.map(\.count)
        // The trie as child and sibling lists.
        var bytes: [UInt8] = [0]
        var child: [UInt32] = [0]
        var sibling: [UInt32] = [0]
        var ending: [UInt32] = [0]
        for (number, phrase) in phrases.enumerated() {
            var node = 0
            for byte in phrase {
                var next = Int(child[node])
                while next != 0, bytes[next] != byte { next = Int(sibling[next]) }
                if next == 0 {
                    next = bytes.count
                    bytes.append(byte)
                    child.append(0)
                    sibling.append(child[node])
                    ending.append(0)
                    child[node] = UInt32(next)
                }
                node = next
            }
            if node != 0 { ending[node] = UInt32(number + 1) }
        }
        // States are numbered breadth first, so that those near the root lie side by side.
        states = []
        states.reserveCapacity(bytes.count)
        rows = []
        edgeBytes.reserveCapacity(bytes.count)
        edgeTargets.reserveCapacity(bytes.count)
        var nodes: [Int] = [0]
        nodes.reserveCapacity(bytes.count)
        states.append(State())
        var depthEnd = 1
        var depth = 0
        var index = 0
        while index < nodes.count {
            if index == depthEnd {
                depth += 1
                depthEnd = nodes.count
            }
            let node = nodes[index]
            states[index].edges = UInt32(edgeBytes.count)
            var next = Int(child[node])
            while next != 0 {
                edgeBytes.append(bytes[next])
                edgeTargets.append(UInt32(nodes.count))
                nodes.append(next)
                states.append(State(ending: ending[next]))
                next = Int(sibling[next])
            }
            states[index].edgeCount = UInt32(edgeBytes.count) - states[index].edges
            resolve(index, isDense: depth <= 1)
            index += 1
        }
    }

    /// Gives a state its row, where it gets one, and its children their failure links. States come breadth first: all
    /// that is shorter is resolved already.
    private mutating func resolve(_ index: Int, isDense: Bool) {
        let state = states[index]
        let range = Int(state.edges)..<Int(state.edges + state.edgeCount)
        for edge in range {
            let target = Int(edgeTargets[edge])
            let fail = index == 0 ? 0 : step(Int(state.fail), edgeBytes[edge])
            states[target].fail = UInt32(fail)
            states[target].link = states[fail].ending != 0 ? UInt32(fail) : states[fail].link
        }
        guard isDense || range.count > PhraseMatcher.maximumSparse else { return }
        let row = rows.count
        let fail = Int(state.fail)
        if index == 0 {
            rows.append(contentsOf: repeatElement(0, count: 256))
        } else if fail == 0 || states[fail].row != 0 {
            let from = Int(states[fail].row)
            for byte in 0...255 { rows.append(rows[from + byte]) }
        } else {
            for byte in 0...255 { rows.append(UInt32(step(fail, UInt8(byte)))) }
        }
        for edge in range { rows[row + Int(edgeBytes[edge])] = edgeTargets[edge] }
        states[index].row = UInt32(row)
    }

    /// The state behind `index` and `byte`.
    private func step(_ index: Int, _ byte: UInt8) -> Int {
        var index = index
        while true {
            let state = states[index]
            if state.row != 0 || index == 0 {
                return rows.isEmpty ? 0 : Int(rows[Int(state.row) + Int(byte)])
            }
            for edge in Int(state.edges)..<Int(state.edges + state.edgeCount) where edgeBytes[edge] == byte {
                return Int(edgeTargets[edge])
            }
            index = Int(state.fail)
        }
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
        let states = states.span
        let rows = rows.span
        let edgeBytes = edgeBytes.span
        let edgeTargets = edgeTargets.span
        guard rows.count > 0 else { return }
        var index = 0
        for position in 0..<text.count {
            let byte = text[position]
            search: while true {
                let row = Int(states[index].row)
                if row != 0 || index == 0 {
                    index = Int(rows[row + Int(byte)])
                    break
                }
                let first = Int(states[index].edges)
                for edge in first..<(first + Int(states[index].edgeCount)) where edgeBytes[edge] == byte {
                    index = Int(edgeTargets[edge])
                    break search
                }
                index = Int(states[index].fail)
            }
            guard states[index].ending != 0 || states[index].link != 0 else { continue }
            var output = states[index].ending != 0 ? index : Int(states[index].link)
            while output != 0 {
                if !found(Int(states[output].ending) - 1, position + 1) { return }
                output = Int(states[output].link)
            }
        }
    }
}
