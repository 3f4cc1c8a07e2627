import Glibc

extension Maildir {
    /// The names in cur/ of messages without any flag, delivered at a second since 1970 or later; the first `limit` by their bytes.
    ///
    /// A flag says that a person or a mail program has done something with the message. A name that does not begin with the time
    /// of its delivery is left out. All of cur/ is listed; memory is used only for the names that are returned.
    package func listCurWithoutFlags(from second: Int64, limit: Int) throws(MaildirError) -> NameList {
        try cur.list(limit: limit) { name in
            Self.hasNoFlag(name) && Self.deliverySeconds(name).map { $0 >= second } ?? false
        }
    }

    /// How many messages cur/ holds, of which kind.
    package func countCur() throws(MaildirError) -> (unflagged: Int, flagged: Int, undated: Int) {
        var counts = (unflagged: 0, flagged: 0, undated: 0)
        _ = try cur.list(limit: 0) { name in
            if !Self.hasNoFlag(name) {
                counts.flagged += 1
            } else if Self.deliverySeconds(name) == nil {
                counts.undated += 1
            } else {
                counts.unflagged += 1
            }
            return false
        }
        return counts
    }

    private static func deliverySeconds(_ name: UnsafePointer<CChar>) -> Int64? {
        MessageName(unchecked: Array(UnsafeRawBufferPointer(start: name, count: strlen(name)))).deliverySeconds
    }

    /// Whether the name ends with its unique part or with `:2,`. In place, for most of a million names have a flag.
    private static func hasNoFlag(_ name: UnsafePointer<CChar>) -> Bool {
        guard name.pointee != 0, let info = strchr(name + 1, Int32(UInt8(ascii: ":"))) else { return true }
        return strcmp(info, ":2,") == 0
    }
}
