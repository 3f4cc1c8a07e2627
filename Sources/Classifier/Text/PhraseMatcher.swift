/// Finds any number of phrases in one pass over a text: an Aho–Corasick automaton over folded bytes.
///
/// States near the root and states with many children are dense: they have a row of 256 resolved edges; all others hold
/// their few edges and fall back along the failure links. Thousands of phrases in many scripts take a megabyte or two that
/// way, where a full table takes tens, and a scan stays linear: each byte goes one state deeper at the most.
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
    /// An edge is 256 times the number of the state that it leads to. This is set where that state is the end of a phrase, or
    /// has one on its failure path: most bytes end none, and one comparison tells that, and that the state is dense.
    private static let ends: UInt32 = 1 << 31

    private struct State {
        /// The longest proper suffix that is a state too.
        var fail: UInt32 = 0
        /// First of the state's edges, of which a dense state needs none.
        var edges: UInt32 = 0
        var edgeCount: UInt32 = 0
        /// Bytes from the root.
        var depth: UInt32 = 0
        /// The phrase that ends here, plus one.
        var ending: UInt32 = 0
        /// The nearest state on the failure path in which a phrase ends.
        var link: UInt32 = 0
    }

    /// The first edges of a state that is not dense, side by side with those of the states that follow it: a phrase's end,
    /// which hardly any other shares, is one run of memory.
    private struct Step {
        var fail: UInt32 = 0
        /// The root's edge where there is none.
        var target: UInt32 = 0
        var second: UInt32 = 0
        var byte: UInt8 = 0
        var secondByte: UInt8 = 0
        /// Whether the state has other edges.
        var hasMore = false
    }

    /// The dense states first.
    private var states: [State]
    private var steps: [Step]
    private var edgeBytes: [UInt8] = []
    private var edgeTargets: [UInt32] = []
    /// 256 edges for each dense state.
    private var rows: [UInt32]
    private let denseCount: Int
    /// The states of one byte, and those of two, are the first behind the root.
    private var singleCount = 0
    private var pairCount = 0
    private var starts: PhraseStarts
    private let lengths: [Int]

    /// Bytes of a phrase.
    func length(ofPhrase phrase: Int) -> Int { lengths[phrase] }

    /// - Parameter phrases: folded as `FoldedText` folds; no two alike, none empty.
    init(_ phrases: [[UInt8]]) {
        // A key path is looked up for each phrase, a closure is not.
        lengths = phrases.map { $0.count }
        starts = PhraseStarts(phrases)
        let trie = Trie(phrases)
        denseCount = trie.childCount.indices.count { trie.isDense($0) }
        states = Array(repeating: State(), count: trie.childCount.count)
        steps = Array(repeating: Step(), count: states.count - denseCount)
        rows = Array(repeating: 0, count: denseCount << 8)
        edgeBytes.reserveCapacity(states.count)
        edgeTargets.reserveCapacity(states.count)
        // Breadth first: all that is shorter is resolved before a state is.
        var queue: [(node: Int, state: Int)] = [(0, 0)]
        queue.reserveCapacity(states.count)
        var nextDense = 1
        let places = trie.sparsePlaces()
        var index = 0
        while index < queue.count {
            let (node, state) = queue[index]
            states[state].edges = UInt32(edgeBytes.count)
            var child = Int(trie.child[node])
            while child != 0 {
                let target = trie.isDense(child) ? nextDense : denseCount + Int(places[child])
                if trie.isDense(child) { nextDense += 1 }
                states[target].ending = trie.ending[child]
                states[target].depth = states[state].depth + 1
                if states[target].depth == 1 { singleCount += 1 }
                if states[target].depth == 2 { pairCount += 1 }
                edgeBytes.append(trie.bytes[child])
                edgeTargets.append(UInt32(target) << 8)
                queue.append((child, target))
                child = Int(trie.sibling[child])
            }
            states[state].edgeCount = UInt32(edgeBytes.count) - states[state].edges
            resolve(state)
            index += 1
        }
        for phrase in phrases where phrase.count >= PhraseStarts.reach {
            var edge: UInt32 = 0
            for place in 0..<PhraseStarts.reach where edge & PhraseMatcher.ends == 0 {
                edge = step(PhraseMatcher.target(edge), phrase[place])
            }
            starts.note(phrase, state: edge & PhraseMatcher.ends == 0 ? PhraseMatcher.target(edge) : 0)
        }
    }

    /// Gives a state's children their failure links, and a dense state its row.
    private mutating func resolve(_ index: Int) {
        let state = states[index]
        let range = Int(state.edges)..<Int(state.edges + state.edgeCount)
        for edge in range {
            let target = PhraseMatcher.target(edgeTargets[edge])
            let fail = index == 0 ? 0 : PhraseMatcher.target(step(Int(state.fail), edgeBytes[edge]))
            states[target].fail = UInt32(fail)
            states[target].link = states[fail].ending != 0 ? UInt32(fail) : states[fail].link
            if states[target].ending != 0 || states[target].link != 0 { edgeTargets[edge] |= PhraseMatcher.ends }
        }
        guard index < denseCount else {
            var step = Step(fail: state.fail << 8, hasMore: range.count > 2)
            let edges = range.lowerBound
            if range.count > 0 { (step.target, step.byte) = (edgeTargets[edges], edgeBytes[edges]) }
            if range.count > 1 { (step.second, step.secondByte) = (edgeTargets[edges + 1], edgeBytes[edges + 1]) }
            steps[index - denseCount] = step
            return
        }
        let row = index << 8
        let fail = Int(state.fail)
        if index != 0, fail < denseCount {
            _ = rows.withUnsafeMutableBufferPointer {
                $0[row..<(row + 256)].update(fromContentsOf: $0[(fail << 8)..<(fail << 8 + 256)])
            }
        } else if index != 0 {
            for byte in 0...255 { rows[row + byte] = step(fail, UInt8(byte)) }
        }
        for edge in range { rows[row + Int(edgeBytes[edge])] = edgeTargets[edge] }
    }

    /// The state that an edge leads to.
    private static func target(_ edge: UInt32) -> Int { Int((edge & ~ends) >> 8) }

    /// The edge from `index` by `byte`.
    private func step(_ index: Int, _ byte: UInt8) -> UInt32 {
        var index = index
        while index >= denseCount {
            let state = states[index]
            for edge in Int(state.edges)..<Int(state.edges + state.edgeCount) where edgeBytes[edge] == byte {
                return edgeTargets[edge]
            }
            index = Int(state.fail)
        }
        return rows[index << 8 + Int(byte)]
    }

    /// The length of a phrase in bytes.
    func length(of phrase: Int) -> Int { lengths[phrase] }

    /// All phrases in the text, in the order in which they end, `maximumHits` at the most.
    func hits(in text: Span<UInt8>) -> [Hit] {
        var hits: [Hit] = []
        // As many as a small block of memory holds.
        hits.reserveCapacity(56)
        scan(text) { phrase, end in
            hits.append(Hit(phrase: phrase, end: end))
            return hits.count < PhraseMatcher.maximumHits
        }
        return hits
    }

    /// Calls `found` with each phrase's number and the offset behind it, until it returns false.
    ///
    /// - Parameters:
    ///   - start: the state that a text before this one ended in: phrases that start there are found too.
    ///   - onlyCrossing: end where nothing of that text counts any more.
    /// - Returns: the state that the text ends in.
    @inline(__always)
    @discardableResult
    func scan(
        _ text: Span<UInt8>, from start: Int = 0, onlyCrossing: Bool = false,
        _ found: (_ phrase: Int, _ end: Int) -> Bool
    ) -> Int {
        let states = states.span
        let steps = steps.span
        let rows = rows.span
        let edgeBytes = edgeBytes.span
        let edgeTargets = edgeTargets.span
        let dense = UInt32(denseCount) << 8
        let pairs = UInt32(singleCount + 1) << 8
        let deep = UInt32(singleCount + pairCount + 1) << 8
        let end = text.count
        var edge = UInt32(start) << 8
        var position = 0
        // The last place at which a phrase was said to start perhaps. From a state of one or two bytes that begins behind it the
        // search for such a place goes on where the state begins, and reads them again; hits up to `told` have been told.
        var first = start == 0 && !onlyCrossing ? -1 : end
        var told = 0
        while position < end {
            if edge < deep {
                let behind = position - (edge == 0 ? 0 : edge < pairs ? 1 : 2)
                if behind > first, behind + PhraseStarts.reach <= end {
                    let place = text.withUnsafeBytes { starts.firstPlace(in: $0, from: behind) }
                    first = place.start
                    position = place.start + place.length
                    edge = UInt32(place.state) << 8
                    guard position < end else { break }
                }
            }
            if edge < dense {
                // Most steps lead from one dense state to another that ends nothing.
                repeat {
                    edge = rows[Int(edge | UInt32(text[position]))]
                    position += 1
                } while !onlyCrossing && edge >= deep && edge < dense && position < end
            } else {
                let step = steps[PhraseMatcher.target(edge) - denseCount]
                let byte = text[position]
                if step.byte == byte, step.target != 0 {
                    edge = step.target
                    position += 1
                } else if step.secondByte == byte, step.second != 0 {
                    edge = step.second
                    position += 1
                } else if step.hasMore {
                    let state = states[PhraseMatcher.target(edge)]
                    edge = step.fail
                    for number in Int(state.edges + 2)..<Int(state.edges + state.edgeCount)
                    where edgeBytes[number] == byte {
                        edge = edgeTargets[number]
                        position += 1
                        break
                    }
                } else {
                    edge = step.fail
                }
            }
            let index = PhraseMatcher.target(edge)
            if onlyCrossing, states[index].depth <= position { return index }
            guard edge & PhraseMatcher.ends != 0 else { continue }
            edge &= ~PhraseMatcher.ends
            guard position > told else { continue }
            told = position
            var output = states[index].ending != 0 ? index : Int(states[index].link)
            while output != 0 {
                if onlyCrossing, states[output].depth <= position { break }
                if !found(Int(states[output].ending) - 1, position) { return index }
                output = Int(states[output].link)
            }
        }
        return PhraseMatcher.target(edge)
    }
}

/// The phrases as a tree, in lists of children and siblings; node 0 is the root.
private struct Trie {
    var bytes: [UInt8] = [0]
    var child: [UInt32] = [0]
    var sibling: [UInt32] = [0]
    /// The number of the phrase that ends in a node, plus one.
    var ending: [UInt32] = [0]
    var childCount: [UInt16] = [0]
    private var depth: [UInt8] = [0]

    /// A state with more children than this is dense.
    private static let maximumSparse = 4

    init(_ phrases: [[UInt8]]) {
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
                    childCount.append(0)
                    depth.append(min(depth[node], 2) + 1)
                    child[node] = UInt32(next)
                    childCount[node] += 1
                }
                node = next
            }
            if node != 0 { ending[node] = UInt32(number + 1) }
        }
    }

    /// A place for each state that is not dense, a child's behind its parent's.
    func sparsePlaces() -> [UInt32] {
        var places = Array(repeating: UInt32(0), count: bytes.count)
        var next: UInt32 = 0
        var waiting: [UInt32] = [0]
        while let node = waiting.popLast() {
            let index = Int(node)
            if !isDense(index) {
                places[index] = next
                next += 1
            }
            if sibling[index] != 0 { waiting.append(sibling[index]) }
            if child[index] != 0 { waiting.append(child[index]) }
        }
        return places
    }

    /// Near the root, or with many children.
    func isDense(_ node: Int) -> Bool { depth[node] <= 2 || childCount[node] > Trie.maximumSparse }
}
