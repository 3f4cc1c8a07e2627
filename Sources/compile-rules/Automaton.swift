import CRules
import Classifier

/// Builds the automaton of `PhraseMatcher`, and lays it out in memory.
package struct Automaton {
    /// More phrases, or states from which one ends, than the layout has room for.
    package struct TooLarge: Error {
        package let what: String
    }

    private struct State {
        /// The longest proper suffix that is a state too.
        var fail = 0
        var edges: Range<Int> = 0..<0
        /// Bytes from the root.
        var depth = 0
        /// The phrase that ends here, or nil.
        var ending: Int?
        /// The first output, from 1: of its own, or of the nearest state on the failure path that has one.
        var output = 0
    }

    /// The dense states first.
    private var states: [State]
    private var steps: [crules_step]
    private var more: [crules_step] = []
    private var outputs: [UInt32] = []
    private var edges: [(byte: UInt8, target: UInt32)] = []
    private var rows: [UInt32]
    private let denseCount: Int
    private var singleCount = 0
    private var pairCount = 0
    private var starts: StartTable
    private let lengths: [UInt32]

    /// - Parameter phrases: folded as `FoldedText` folds; no two alike, none empty.
    package init(_ phrases: [[UInt8]]) throws(TooLarge) {
        lengths = phrases.map { UInt32($0.count) }
        starts = StartTable(phrases)
        let trie = Trie(phrases)
        denseCount = trie.childCount.indices.count { trie.isDense($0) }
        states = Array(repeating: State(), count: trie.childCount.count)
        steps = Array(repeating: crules_step(), count: states.count - denseCount)
        rows = Array(repeating: 0, count: denseCount << 8)
        guard phrases.count < 1 << 15, phrases.allSatisfy({ $0.count < 1 << 16 }), states.count < 1 << 23 else {
            throw TooLarge(what: "\(phrases.count) phrases")
        }
        // Breadth first: all that is shorter is resolved before a state is.
        var queue: [(node: Int, state: Int)] = [(0, 0)]
        var nextDense = 1
        let places = trie.sparsePlaces()
        var index = 0
        while index < queue.count {
            let (node, state) = queue[index]
            let firstEdge = edges.count
            var child = trie.child[node]
            while child != 0 {
                let target = trie.isDense(child) ? nextDense : denseCount + places[child]
                if trie.isDense(child) { nextDense += 1 }
                states[target].ending = trie.ending[child]
                states[target].depth = states[state].depth + 1
                if states[target].depth == 1 { singleCount += 1 }
                if states[target].depth == 2 { pairCount += 1 }
                edges.append((trie.bytes[child], UInt32(target) << 8))
                queue.append((child, target))
                child = trie.sibling[child]
            }
            states[state].edges = firstEdge..<edges.count
            resolve(state)
            index += 1
        }
        guard outputs.count < 1 << 16, more.count < 1 << 16 else { throw TooLarge(what: "\(outputs.count) endings") }
        for phrase in phrases where phrase.count >= PhraseStarts.reach {
            var edge: UInt32 = 0
            for byte in phrase.prefix(PhraseStarts.reach) where edge & PhraseMatcher.ends == 0 {
                edge = step(PhraseMatcher.target(edge), byte)
            }
            starts.note(phrase, state: edge & PhraseMatcher.ends == 0 ? PhraseMatcher.target(edge) : 0)
        }
    }

    /// Gives a state's children their failure links and outputs, and the state its row or its step.
    private mutating func resolve(_ index: Int) {
        let state = states[index]
        for edge in state.edges {
            let target = PhraseMatcher.target(edges[edge].target)
            let fail = index == 0 ? 0 : PhraseMatcher.target(step(state.fail, edges[edge].byte))
            states[target].fail = fail
            states[target].output = states[fail].output
            if let phrase = states[target].ending {
                outputs.append(UInt32(phrase) | UInt32(states[fail].output) << 16)
                states[target].output = outputs.count
            }
            if states[target].output != 0 { edges[edge].target |= PhraseMatcher.ends }
        }
        let own = edges[state.edges]
        guard index < denseCount else {
            var step = Automaton.step(own.prefix(2), fail: state.fail)
            if own.count > 2 {
                more.append(Automaton.step(own.dropFirst(2), fail: 0))
                step.bytes |= UInt32(more.count) << 16
            }
            steps[index - denseCount] = step
            return
        }
        let row = index << 8
        if index != 0 {
            for byte in 0...255 { rows[row + byte] = step(state.fail, UInt8(byte)) }
        }
        for edge in own { rows[row + Int(edge.byte)] = edge.target }
    }

    /// A record of one or two edges.
    private static func step(_ edges: ArraySlice<(byte: UInt8, target: UInt32)>, fail: Int) -> crules_step {
        var step = crules_step(fail: UInt32(fail) << 8, target: 0, second: 0, bytes: 0)
        if let first = edges.first { (step.target, step.bytes) = (first.target, UInt32(first.byte)) }
        if let second = edges.dropFirst().first {
            step.second = second.target
            step.bytes |= UInt32(second.byte) << 8
        }
        return step
    }

    /// The edge from `index` by `byte`.
    private func step(_ index: Int, _ byte: UInt8) -> UInt32 {
        var index = index
        while index >= denseCount {
            if let edge = edges[states[index].edges].first(where: { $0.byte == byte }) { return edge.target }
            index = states[index].fail
        }
        return rows[index << 8 + Int(byte)]
    }

    /// The automaton as `PhraseMatcher` reads it.
    package var image: [UInt32] {
        var header = crules_automaton()
        header.dense_count = UInt32(denseCount)
        header.single_count = UInt32(singleCount)
        header.pair_count = UInt32(pairCount)
        header.hash_shift = UInt32(starts.shift)
        let start = MemoryLayout<crules_automaton>.size / 4
        var image = [UInt32](repeating: 0, count: start)
        func add(_ numbers: [UInt32]) -> crules_range {
            defer { image += numbers }
            return crules_range(at: UInt32(image.count), count: UInt32(numbers.count))
        }
        header.rows = add(rows)
        header.steps = add(numbers(of: steps))
        header.more = add(numbers(of: more))
        header.states = add(states.map { UInt32($0.depth) | UInt32($0.output) << 16 })
        header.outputs = add(outputs)
        header.lengths = add(lengths)
        header.starts = add(starts.starts)
        header.short_starts = add(starts.shortStarts)
        header.entries = add(numbers(of: starts.entries))
        image.replaceSubrange(0..<start, with: numbers(of: [header]))
        return image
    }
}

extension PhraseMatcher {
    /// Keeps an automaton's memory.
    private final class Owner: @unchecked Sendable {
        let memory: UnsafeMutableBufferPointer<UInt32>

        init(_ image: [UInt32]) {
            memory = .allocate(capacity: image.count)
            _ = memory.initialize(from: image)
        }

        deinit { memory.deallocate() }
    }

    /// Builds an automaton.
    package init(phrases: [[UInt8]]) throws(Automaton.TooLarge) {
        let owner = Owner(try Automaton(phrases).image)
        self.init(UnsafeBufferPointer(owner.memory), owner: owner)
    }
}

/// Records, which consist of numbers, as numbers.
func numbers<Record>(of records: [Record]) -> [UInt32] {
    records.withUnsafeBytes { raw in raw.assumingMemoryBound(to: UInt32.self).map { $0 } }
}

/// What `PhraseStarts` reads.
private struct StartTable {
    var starts = [UInt32](repeating: 0, count: 1 << PhraseStarts.rowBits)
    var shortStarts = [UInt32](repeating: 0, count: 1 << PhraseStarts.rowBits)
    var entries: [crules_entry]
    let shift: UInt64

    /// - Parameter phrases: none empty, none that starts with eight zeros.
    init(_ phrases: [[UInt8]]) {
        let bits = max(4, Int.bitWidth - (2 * phrases.count).leadingZeroBitCount)
        shift = UInt64(64 - bits)
        entries = Array(repeating: crules_entry(), count: 1 << bits)
        for phrase in phrases { noteStart(StartTable.eight(phrase), phrase.count) }
    }

    /// Notes which state the first eight bytes of a phrase lead to, unless a phrase ends on the way there: then 0.
    mutating func note(_ phrase: [UInt8], state: Int) {
        let eight = StartTable.eight(phrase)
        let (low, high) = (UInt32(truncatingIfNeeded: eight), UInt32(eight >> 32))
        var index = Int(truncatingIfNeeded: PhraseStarts.hash(eight) >> shift)
        while entries[index].low | entries[index].high != 0, (entries[index].low, entries[index].high) != (low, high) {
            index = (index + 1) & (entries.count - 1)
        }
        entries[index] = crules_entry(low: low, high: high, state: UInt32(state), unused: 0)
    }

    /// The first eight bytes, the first of them the lowest.
    private static func eight(_ phrase: [UInt8]) -> UInt64 {
        phrase.prefix(PhraseStarts.reach).reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    private mutating func noteStart(_ eight: UInt64, _ length: Int) {
        // What stands after a phrase of one to three bytes may be anything.
        let mark: UInt32 = length < 4 ? .max : 1 << PhraseStarts.place(eight)
        for second in 0...(length == 1 ? UInt64(255) : 0) {
            let row = PhraseStarts.row(eight | second << 8)
            starts[row] |= mark
            if length < PhraseStarts.reach { shortStarts[row] |= mark }
        }
    }
}

/// The phrases as a tree, in lists of children and siblings; node 0 is the root.
private struct Trie {
    var bytes: [UInt8] = [0]
    var child = [0]
    var sibling = [0]
    /// The phrase that ends in a node, or nil.
    var ending: [Int?] = [nil]
    var childCount = [0]
    private var depth = [0]

    /// A state with more children than this is dense.
    private static let maximumSparse = 4

    init(_ phrases: [[UInt8]]) {
        for (number, phrase) in phrases.enumerated() {
            var node = 0
            for byte in phrase {
                var next = child[node]
                while next != 0, bytes[next] != byte { next = sibling[next] }
                if next == 0 {
                    next = bytes.count
                    bytes.append(byte)
                    child.append(0)
                    sibling.append(child[node])
                    ending.append(nil)
                    childCount.append(0)
                    depth.append(depth[node] + 1)
                    child[node] = next
                    childCount[node] += 1
                }
                node = next
            }
            if node != 0 { ending[node] = number }
        }
    }

    /// A place for each state that is not dense, a child's after its parent's.
    func sparsePlaces() -> [Int] {
        var places = Array(repeating: 0, count: bytes.count)
        var next = 0
        var waiting = [0]
        while let node = waiting.popLast() {
            if !isDense(node) {
                places[node] = next
                next += 1
            }
            if sibling[node] != 0 { waiting.append(sibling[node]) }
            if child[node] != 0 { waiting.append(child[node]) }
        }
        return places
    }

    /// Near the root, or with many children.
    func isDense(_ node: Int) -> Bool { depth[node] <= 2 || childCount[node] > Trie.maximumSparse }
}
