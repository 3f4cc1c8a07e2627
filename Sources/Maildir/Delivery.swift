import Bytes
import Glibc

extension Maildir {
    /// Delivers a message by the Maildir convention (https://cr.yp.to/proto/maildir.html): it is written to tmp/ under
    /// a unique name, fsynced, and renamed to new/, where it appears atomically; then new/ is fsynced. When this
    /// returns, the message is on disk.
    ///
    /// - Returns: Its name in new/: `SECONDS.M<µs>P<pid>Q<counter>.HOST`. The file has mode 0600.
    /// - Throws: ``MaildirError`` of the category `cannotWrite` (tmp/ is missing), `permission`, `tryAgain` (the disk
    ///   is full) or `ioError`. Then nothing was delivered, unless only the fsync of new/ failed.
    @discardableResult
    public func deliver(_ bytes: [UInt8]) throws(MaildirError) -> MessageName {
        try publish(StagedCopy(of: bytes, for: self))
    }

    /// Delivers a message that is still being read, like ``deliver(_:)``: `head`, which the caller has already read,
    /// and the rest of `source`. Only 64 KiB are held in memory at a time.
    ///
    /// - Throws: as ``deliver(_:)``; also if `source` cannot be read to its end. Then nothing was delivered.
    @discardableResult
    public func deliver(_ head: [UInt8], thenFrom source: Int32) throws(MaildirError) -> MessageName {
        try publish(StagedCopy(of: head, thenFrom: source, for: self))
    }

    /// Renames a file in tmp/ to its name in new/.
    private func publish(_ copy: StagedCopy) throws(MaildirError) -> MessageName {
        var name = copy.name
        for _ in 0..<NameCandidates.maximumCount {
            do throws(SystemError) {
                try renaming.rename(copy.name, in: copy.folder, to: name, in: new)
            } catch {
                guard error.code == EEXIST else {
                    copy.discard()
                    throw MaildirError(.deliver, new, name, errorNumber: error.code)
                }
                name = UniqueName.next()
                continue
            }
            try new.sync()
            return name
        }
        copy.discard()
        throw MaildirError(.deliver, new, name, category: .cannotWrite, errorNumber: EEXIST)
    }
}
