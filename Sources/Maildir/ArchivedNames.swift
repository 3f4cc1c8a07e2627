import Synchronization

/// The names in cur/ of a Maildir that messages are moved to, listed once, when first asked for.
final class ArchivedNames: Sendable {
    private let list = Mutex<NameList?>(nil)

    /// The names with the same unique part as `name`, whatever their flags, at the time of the listing.
    func names(like name: MessageName, in folder: FolderHandle) throws(MaildirError) -> [MessageName] {
        let list = try list.withLock { (list) throws(MaildirError) -> NameList in
            if let list { return list }
            let made = try folder.list(limit: nil)
            list = made
            return made
        }
        let unique = Array(name.unique)
        let bare = MessageName(unchecked: unique)
        var found = Array(list[list.firstPosition(notBefore: unique)...].prefix { $0 == bare })
        let withInfo = unique + [UInt8(ascii: ":")]
        found += list[list.firstPosition(notBefore: withInfo)...].prefix { $0.bytes.starts(with: withInfo) }
        return found
    }
}
