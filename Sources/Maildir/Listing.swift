import Bytes
import Glibc

extension Maildir {
    /// The names in new/, sorted by their bytes; the first `limit` of them if there is a limit.
    ///
    /// Names that start with a dot are not messages and are left out. The file types are not checked: a symbolic link,
    /// a folder or a FIFO is detected when it is read. A message that arrives or leaves meanwhile may be in the list or
    /// not.
    ///
    /// - Throws: ``MaildirError`` of the category `tryAgain`, `permission` or `ioError`.
    public func listNew(limit: Int? = nil) throws(MaildirError) -> NameList {
        try new.list(limit: limit)
    }

    /// The names in cur/, in the same manner as ``listNew(limit:)``.
    public func listCur(limit: Int? = nil) throws(MaildirError) -> NameList {
        try cur.list(limit: limit)
    }
}

extension FolderHandle {
    /// - Parameter isWanted: which names are kept; the others cost no memory.
    func list(
        limit: Int?, where isWanted: (UnsafePointer<CChar>) -> Bool = { _ in true }
    ) throws(MaildirError) -> NameList {
        // A separate descriptor: a duplicate would share its position with every other listing.
        let opened = systemCall { openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        if opened.error != 0 { throw MaildirError(.list, path, errorNumber: opened.error) }
        guard let stream = fdopendir(opened.value) else {
            let error = errno
            close(opened.value)
            throw MaildirError(.list, path, errorNumber: error)
        }
        defer { closedir(stream) }

        var builder = NameListBuilder()
        while true {
            errno = 0
            guard let entry = readdir(stream) else {
                let error = errno
                if error != 0 { throw MaildirError(.list, path, errorNumber: error) }
                return builder.finish(limit: limit)
            }
            // In place: as a value, the name would be a tuple of 256 bytes, copied whole.
            let isTaken = withUnsafeBytes(of: &entry.pointee.d_name) { field in
                guard let name = field.assumingMemoryBound(to: CChar.self).baseAddress else { return true }
                return name.pointee == CChar(bitPattern: UInt8(ascii: ".")) || !isWanted(name) || builder.add(name)
            }
            if !isTaken { return builder.finish(limit: limit) }
        }
    }
}
