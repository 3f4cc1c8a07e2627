/// The names that are tried, one after another, for a message in its new folder: the wanted one; if another message has
/// it, `UNIQUE_1` to `UNIQUE_99` with the same flags; and then unique names, starting with the delivery's seconds. So
/// the list is finite, however many messages have one name.
struct NameCandidates {
    /// How many numbered names are tried.
    static let maximumNumber = 99
    /// How many names are tried in all.
    static let maximumCount = maximumNumber + 10

    private(set) var current: MessageName
    private let wanted: MessageName
    private var tried = 0

    init(_ wanted: MessageName) {
        self.wanted = wanted
        current = wanted
    }

    /// Goes on to the next name; false if there is none.
    mutating func advance() -> Bool {
        tried += 1
        if tried <= Self.maximumNumber {
            current = wanted.numbered(tried)
        } else if tried < Self.maximumCount {
            current = UniqueName.next(seconds: wanted.deliverySeconds).withFlags(wanted.flags)
        } else {
            return false
        }
        return true
    }
}
