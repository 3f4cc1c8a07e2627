import Glibc

/// The names in one folder of a Maildir at one moment, in byte order.
///
/// A million names of 47 bytes, as Postfix writes them, cost 52 MB: the names are one after another in one block of
/// memory, and a ``MessageName`` is made when it is asked for.
public struct NameList: RandomAccessCollection, Sendable {
    /// The most bytes of names that one list holds, some 20 million names. Further ones are left for the next listing,
    /// and ``isComplete`` is false.
    public static let maximumBytes = 1 << 30

    /// Whether the list holds all names that the folder had. False if a limit or ``maximumBytes`` cut it.
    public let isComplete: Bool

    private let arena: NameArena
    /// Where each name starts in the arena, in the order of the names.
    private let offsets: [UInt32]

    fileprivate init(arena: NameArena, offsets: [UInt32], isComplete: Bool) {
        self.arena = arena
        self.offsets = offsets
        self.isComplete = isComplete
    }

    /// Always 0.
    public var startIndex: Int { 0 }
    /// How many names there are.
    public var endIndex: Int { offsets.count }

    /// The name at a position, in byte order. Each call makes a copy of its bytes.
    public subscript(position: Int) -> MessageName {
        MessageName(unchecked: arena.bytes(at: offsets[position]))
    }

    /// The position of the first name that does not sort before `name`.
    func firstPosition(notBefore name: [UInt8]) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = low + (high - low) / 2
            if arena.bytes(at: offsets[middle]).lexicographicallyPrecedes(name) {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return low
    }
}

/// Collects the names from readdir(3), in any order, and sorts them once.
struct NameListBuilder {
    private var arena: NameArena
    private var offsets: [UInt32] = []
    private var isFull = false

    init(maximumBytes: Int = NameList.maximumBytes) {
        arena = NameArena(maximumBytes: maximumBytes)
    }

    /// Adds a copy of a name. False if there is no space for it; then the list is to be finished without it.
    mutating func add(_ name: UnsafePointer<CChar>) -> Bool {
        guard !isFull, let offset = arena.append(name) else {
            isFull = true
            return false
        }
        offsets.append(offset)
        return true
    }

    /// The sorted list of the first `limit` names, or of all. The names that the limit cuts off cost no memory.
    consuming func finish(limit: Int?) -> NameList {
        let arena = self.arena
        offsets.sort { arena.precedes($0, $1) }
        guard let limit, limit < offsets.count else {
            arena.trim()
            return NameList(arena: arena, offsets: offsets, isComplete: !isFull)
        }
        let kept = NameArena(maximumBytes: NameList.maximumBytes)
        let keptOffsets = offsets.prefix(max(0, limit)).compactMap { arena.copy($0, to: kept) }
        kept.trim()
        return NameList(arena: kept, offsets: keptOffsets, isComplete: false)
    }
}

/// One block of memory with names, each closed by a NUL.
///
/// It grows by realloc(3), which for large blocks moves pages rather than bytes: a growing list never needs twice its
/// size, as an array would.
///
/// `@unchecked Sendable`: only a ``NameListBuilder`` writes, before the list exists; from then on it is only read.
private final class NameArena: @unchecked Sendable {
    private var base: UnsafeMutablePointer<CChar>?
    private var count = 0
    private var capacity = 0
    private let maximumBytes: Int

    init(maximumBytes: Int) {
        self.maximumBytes = min(maximumBytes, Int(UInt32.max))
    }

    deinit {
        free(base)
    }

    /// Copies a name in; `nil` if the arena is full or the memory is.
    func append(_ name: UnsafePointer<CChar>) -> UInt32? {
        let length = strlen(name) + 1
        guard length <= maximumBytes - count else { return nil }
        if count + length > capacity {
            let wanted = max(4096, capacity * 2, count + length)
            guard let grown = realloc(base, wanted) else { return nil }
            base = grown.assumingMemoryBound(to: CChar.self)
            capacity = wanted
        }
        guard let base else { return nil }
        let offset = count
        (base + offset).update(from: name, count: length)
        count += length
        return UInt32(offset)
    }

    /// Frees unused reserved memory.
    func trim() {
        guard count > 0, let smaller = realloc(base, count) else { return }
        base = smaller.assumingMemoryBound(to: CChar.self)
        capacity = count
    }

    func bytes(at offset: UInt32) -> [UInt8] {
        guard let name = name(at: offset) else { return [] }
        return [UInt8](UnsafeRawBufferPointer(start: name, count: strlen(name)))
    }

    /// Byte order; strcmp(3) compares as unsigned, and no name holds a NUL.
    func precedes(_ left: UInt32, _ right: UInt32) -> Bool {
        guard let left = name(at: left), let right = name(at: right) else { return false }
        return strcmp(left, right) < 0
    }

    func copy(_ offset: UInt32, to other: NameArena) -> UInt32? {
        name(at: offset).flatMap(other.append)
    }

    private func name(at offset: UInt32) -> UnsafePointer<CChar>? {
        base.map { UnsafePointer($0 + Int(offset)) }
    }
}
