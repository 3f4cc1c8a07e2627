/// Identifies a file of a Maildir, whatever folder it is moved to and whatever flags it gets.
package struct DeliveryKey: Hashable, Sendable {
    /// The real path of the Maildir, links resolved.
    package let maildir: String
    /// The unique part of the file's name, before `:2,`. Bytes, because a file name need not be UTF-8.
    package let unique: [UInt8]

    package init(maildir: String, unique: [UInt8]) {
        self.maildir = maildir
        self.unique = unique
    }
}

extension DeliveryKey: Comparable {
    /// A fixed order, to choose between two copies of one report that arrived in the same second.
    package static func < (left: DeliveryKey, right: DeliveryKey) -> Bool {
        if left.maildir != right.maildir {
            return left.maildir.utf8.lexicographicallyPrecedes(right.maildir.utf8)
        }
        return left.unique.lexicographicallyPrecedes(right.unique)
    }
}
