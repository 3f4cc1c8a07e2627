import Bytes
import Glibc

extension Maildir {
    /// Where ``Maildir/move(_:from:to:)`` takes a message.
    public struct Destination: Sendable {
        let flags: String

        /// To cur/, with these flags added to its name. `"S"` is "seen".
        public static func cur(flags: String) -> Destination {
            Destination(flags: flags)
        }
    }

    /// Moves a message within the Maildir, and returns its new name.
    ///
    /// The name becomes `UNIQUE:2,FLAGS`. If that name exists, the message gets the next free one of
    /// `UNIQUE_1:2,FLAGS`, `UNIQUE_2:2,FLAGS` … : no file is overwritten or removed, not even if the existing one has
    /// the same content, as after new/ was restored from a backup. (An interrupted move on a file system such as NFS
    /// leaves one file under two names, a hard link; its old name is removed.)
    ///
    /// One rename(2), at once visible to others, durable after ``syncFolders()``. If cur/ is on another file system, it
    /// works like ``move(_:from:into:flags:mayStandThere:)``. The file type is not checked: a symbolic link or a FIFO
    /// is moved as it is.
    ///
    /// - Throws: ``MaildirError`` of the category `vanished` if the message is gone, `permission`, `cannotWrite`,
    ///   `tryAgain` or `ioError`. Then the message has not been moved.
    @discardableResult
    public func move(
        _ name: MessageName, from folder: Folder = .new, to destination: Destination
    ) throws(MaildirError) -> MessageName {
        var move = Move(
            name: name, source: handle(folder), target: self, wanted: name.addingFlags(destination.flags),
            finishesOnEqual: false)
        return try move.carryOut()
    }

    /// Moves a message to cur/ of another Maildir, such as a folder of an ``Archive``, and returns its name there.
    ///
    /// Within a file system that is one rename(2), durable after ``syncFolders()`` of both, the target first. From one
    /// file system to another the message is copied to the target's tmp/, with its times, mode and, if allowed, owner;
    /// the copy is fsynced and renamed to cur/, that folder is fsynced, and only then the source is removed. If that is
    /// interrupted, there may be a stray file in tmp/ (which mail readers remove after 36 hours), or the message may be
    /// in both places, but it is never lost.
    ///
    /// Calling it again completes the move: if the target's cur/ already has the wanted name *with the same bytes*, it
    /// is fsynced and the source removed. If the name has other bytes, the message gets another name, as in
    /// ``move(_:from:to:)``.
    ///
    /// - Parameters:
    ///   - name: The message's name, as it was listed.
    ///   - folder: Where it is.
    ///   - target: The Maildir to whose cur/ it goes.
    ///   - flags: Flags to add to its name.
    ///   - mayStandThere: Whether an earlier run may have moved this message there, according to the caller's records.
    ///     Then it is also found if its flags were changed meanwhile. That needs a list of the target's cur/, made once
    ///     at the first such move.
    /// - Throws: ``MaildirError`` of the category `vanished`, `permission`, `cannotWrite`, `tryAgain`, `ioError`, or
    ///   `notRegular` if it is not a regular file and would have to be copied. Then the message has not been moved.
    @discardableResult
    public func move(
        _ name: MessageName, from folder: Folder = .new, into target: Maildir, flags: String = "S",
        mayStandThere: Bool = false
    ) throws(MaildirError) -> MessageName {
        var move = Move(
            name: name, source: handle(folder), target: target, wanted: name.addingFlags(flags), finishesOnEqual: true)
        if mayStandThere, let standing = try move.finishWhereItStands() { return standing }
        return try move.carryOut()
    }
}

/// The state of one move.
private struct Move {
    let name: MessageName
    let source: FolderHandle
    let target: Maildir
    let wanted: MessageName
    /// Whether a file of the wanted name and the same bytes is this message, so that the source can go.
    var finishesOnEqual: Bool

    /// What to do if a name already exists.
    private enum Collision {
        /// The message already has it; nothing is left to do.
        case done
        /// Another message has it.
        case taken
        /// It is free again.
        case free
    }

    mutating func carryOut() throws(MaildirError) -> MessageName {
        var candidates = NameCandidates(wanted)
        var copy: StagedCopy?
        defer { copy?.discard() }
        // Each round tries a name, makes the copy, or handles a name that appeared or disappeared meanwhile.
        for _ in 0..<2 * NameCandidates.maximumCount {
            do throws(SystemError) {
                if let copy {
                    try target.renaming.rename(copy.name, in: copy.folder, to: candidates.current, in: target.cur)
                } else {
                    try target.renaming.rename(name, in: source, to: candidates.current, in: target.cur)
                }
            } catch {
                switch error.code {
                case EXDEV where copy == nil:
                    // An interrupted copy is to be finished even within one Maildir.
                    finishesOnEqual = true
                    // The kernel says EXDEV before it looks at the name. A copy is made only for a name that is free.
                    if target.cur.status(of: candidates.current) == nil {
                        copy = try StagedCopy(of: name, in: source, for: target)
                        continue
                    }
                case EEXIST:
                    break
                case ENOENT where copy == nil && source.status(of: name) == nil:
                    throw MaildirError(.move, source, name, category: .vanished, errorNumber: ENOENT)
                case ENOENT:
                    throw MaildirError(
                        .move, source, name, category: .cannotWrite, errorNumber: ENOENT,
                        reason: "\(targetPath) has been removed")
                default:
                    throw refusal(error)
                }
                switch try look(at: candidates.current) {
                case .done: return candidates.current
                case .free: continue
                case .taken:
                    guard candidates.advance() else { throw noFreeName() }
                    continue
                }
            }
            if copy != nil {
                copy = nil
                try removeSource(orCopy: candidates.current)
            }
            return candidates.current
        }
        throw noFreeName()
    }

    /// Looks for the message with any flags in the target; if it is there, removes the source and returns the name.
    func finishWhereItStands() throws(MaildirError) -> MessageName? {
        for standing in try target.archivedNames.names(like: name, in: target.cur) {
            if case .done = try look(at: standing) { return standing }
        }
        return nil
    }

    private func look(at taken: MessageName) throws(MaildirError) -> Collision {
        guard let ours = source.status(of: name) else {
            throw MaildirError(.move, source, name, category: .vanished, errorNumber: ENOENT)
        }
        guard let theirs = target.cur.status(of: taken) else { return .free }
        let isOneFile = ours.st_dev == theirs.st_dev && ours.st_ino == theirs.st_ino
        if source.isSame(as: target.cur) {
            // Same folder: it may be the same entry, so nothing is removed here.
            return isOneFile ? .done : .taken
        }
        guard FileKind(mode: ours.st_mode) == nil, FileKind(mode: theirs.st_mode) == nil,
            finishesOnEqual || (isOneFile && ours.st_nlink > 1), ours.st_size == theirs.st_size
        else { return .taken }
        do {
            guard try isEqualAndDurable(taken) else { return .taken }
        } catch {
            switch error.category {
            case .tryAgain, .ioError: throw error
            case .vanished where source.status(of: name) == nil: throw error
            case .vanished: return .free
            // Files that cannot be compared count as different. At worst the message is then there twice.
            default: return .taken
            }
        }
        try removeSource()
        return .done
    }

    /// Whether both files have the same bytes; and if so, fsyncs the one that is to stay.
    private func isEqualAndDurable(_ taken: MessageName) throws(MaildirError) -> Bool {
        let ours = try source.openMessage(name, for: .move)
        defer { close(ours.descriptor) }
        let theirs = try target.cur.openMessage(taken, for: .move)
        defer { close(theirs.descriptor) }
        guard try hasSameBytes(ours.descriptor, theirs.descriptor) else { return false }
        let error = systemCall { fsync(theirs.descriptor) }.error
        if error != 0 { throw MaildirError(.sync, target.cur, taken, errorNumber: error) }
        return true
    }

    private func hasSameBytes(_ left: Int32, _ right: Int32) throws(MaildirError) -> Bool {
        let half = FolderHandle.readChunk
        var offset: off_t = 0
        var failure: Int32 = 0
        let isSame = withUnsafeTemporaryAllocation(byteCount: 2 * half, alignment: 16) { buffer -> Bool in
            let ours = UnsafeMutableRawBufferPointer(rebasing: buffer[..<half])
            let theirs = UnsafeMutableRawBufferPointer(rebasing: buffer[half...])
            while true {
                let mine = readFully(left, into: ours, at: offset)
                let other = readFully(right, into: theirs, at: offset)
                failure = mine.error != 0 ? mine.error : other.error
                guard failure == 0, mine.value == other.value, let left = ours.baseAddress,
                    let right = theirs.baseAddress, memcmp(left, right, mine.value) == 0
                else { return false }
                if mine.value < half { return true }
                offset += off_t(half)
            }
        }
        if failure != 0 { throw MaildirError(.move, source, name, errorNumber: failure) }
        return isSame
    }

    /// Removes the source, once the target is on disk.
    ///
    /// - Parameter copy: the copy that this move has just made in the target. It is removed if the source cannot be, so
    ///   that the message is not there twice.
    private func removeSource(orCopy copy: MessageName? = nil) throws(MaildirError) {
        target.cur.touch()
        try target.cur.sync()
        do throws(SystemError) {
            try source.unlink(name)
        } catch {
            if let copy, source.status(of: name) != nil { try? target.cur.unlink(copy) }
            throw refusal(error)
        }
    }

    /// Why the message was not moved: a folder that gives or takes no names, or else something about the message.
    private func refusal(_ error: SystemError) -> MaildirError {
        if error.code == EACCES || error.code == EPERM {
            for folder in [source, target.cur] {
                do throws(SystemError) {
                    try folder.checkWritable()
                } catch {
                    return MaildirError(.change, folder.path, errorNumber: error.code)
                }
            }
        }
        return MaildirError(.move, source, name, errorNumber: error.code)
    }

    private func noFreeName() -> MaildirError {
        MaildirError(
            .move, source, name, category: .cannotWrite, errorNumber: EEXIST,
            reason: "all \(NameCandidates.maximumCount) names tried in \(targetPath) are taken")
    }

    private var targetPath: String {
        escapedForTerminal(Array(target.cur.path.utf8))
    }
}

/// Reads until the buffer is full or the file ends, from `offset` on.
private func readFully(
    _ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer, at offset: off_t
) -> SystemAnswer<Int> {
    var count = 0
    while count < buffer.count {
        let answer = systemCall {
            pread(descriptor, buffer.baseAddress?.advanced(by: count), buffer.count - count, offset + off_t(count))
        }
        if answer.error != 0 { return answer }
        if answer.value == 0 { break }
        count += answer.value
    }
    return SystemAnswer(value: count, error: 0)
}
