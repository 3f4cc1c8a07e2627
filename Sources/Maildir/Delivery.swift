import Glibc

extension Maildir {
    /// Delivers a message as the Maildir convention has it (https://cr.yp.to/proto/maildir.html): it is written to tmp/
    /// under a name that nobody else makes, fsynced, and renamed to new/, where it appears whole or not at all; then
    /// new/ is fsynced. When this returns, the message is on disk.
    ///
    /// - Returns: Its name in new/: `SECONDS.M<µs>P<pid>Q<counter>.HOST`. The file has mode 0600.
    /// - Throws: ``MaildirError`` of the category `cannotWrite` (tmp/ is missing), `permission`, `tryAgain` (the disk is
    ///   full) or `ioError`. Then nothing was delivered, unless it was new/ that could not be synchronised.
    @discardableResult
    public func deliver(_ bytes: [UInt8]) throws(MaildirError) -> MessageName {
        try publish(StagedCopy(of: bytes, for: self))
    }

    /// Delivers a message that is still being read, as ``deliver(_:)`` does one that is in memory: `head`, which the
    /// caller has read of it, and all that `source` holds after that. However long it is, a piece of 64 KiB is held.
    ///
    /// - Throws: as ``deliver(_:)``; even if `source` cannot be read to its end. Then nothing was delivered.
    @discardableResult
    public func deliver(_ head: [UInt8], thenFrom source: Int32) throws(MaildirError) -> MessageName {
        try publish(StagedCopy(of: head, thenFrom: source, for: self))
    }

    /// Gives a file in tmp/ its name in new/, for good.
    private func publish(_ copy: StagedCopy) throws(MaildirError) -> MessageName {
        var name = copy.name
        for _ in 0..<NameCandidates.maximumCount {
            let error = renaming.rename(copy.name, in: copy.folder, to: name, in: new)
            if error == 0 {
                try new.sync()
                return name
            }
            guard error == EEXIST else {
                copy.discard()
                throw MaildirError(.deliver, new, name, errorNumber: error)
            }
            name = UniqueName.next()
        }
        copy.discard()
        throw MaildirError(.deliver, new, name, category: .cannotWrite, errorNumber: EEXIST)
    }
}
