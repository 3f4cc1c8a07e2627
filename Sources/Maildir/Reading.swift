import Bytes
import Glibc
internal import CRenameat2

extension Maildir {
    /// Reads a message, but no more of it than `maximum` bytes; so much memory, at most, it takes, however large the
    /// file is or claims to be.
    ///
    /// The file may be anything: symbolic links are not followed, a FIFO or a device does not hang it, and a file that
    /// grows or shrinks meanwhile gives what was there.
    ///
    /// - Throws:
    ///   ``MaildirError`` of the category `vanished` if the name is gone, `notRegular` if it is not a regular file, `permission`, `tryAgain` or `ioError`.
    public func read(_ name: MessageName, from folder: Folder, maximum: Int) throws(MaildirError) -> MessageFile {
        var bytes: [UInt8] = []
        let facts = try read(name, from: folder, maximum: maximum, into: &bytes)
        return MessageFile(bytes: bytes, facts: facts)
    }

    /// Reads a message into an array of the caller's, which loses what it held and keeps its memory: from message to
    /// message nothing has to be allocated.
    ///
    /// - Throws: As ``read(_:from:maximum:)``; then the array holds nothing of use.
    public func read(
        _ name: MessageName, from folder: Folder, maximum: Int, into bytes: inout [UInt8]
    ) throws(MaildirError) -> MessageFacts {
        try handle(folder).read(name, maximum: maximum, into: &bytes)
    }
}

/// A message's file, known to be a regular one. Whoever opens it closes it.
struct OpenMessage {
    let descriptor: Int32
    let status: stat
}

extension FolderHandle {
    func read(
        _ name: MessageName, maximum: Int, into bytes: inout [UInt8]
    ) throws(MaildirError) -> MessageFacts {
        bytes.removeAll(keepingCapacity: true)
        let file = try openMessage(name, for: .read)
        defer { close(file.descriptor) }

        let maximum = max(0, maximum)
        let expected = max(0, Int(file.status.st_size))
        let chunk = max(min(expected, maximum, Self.readChunk - 1) + 1, Self.smallestChunk)
        // One byte more than there should be: a short answer then says that this was all, without another call.
        bytes.reserveCapacity(max(min(expected, maximum) + 1, min(chunk, maximum)))
        while bytes.count < maximum {
            let wanted = min(chunk, maximum - bytes.count)
            var answer = SystemAnswer(value: 0, error: 0)
            bytes.append(addingCapacity: wanted) { room in
                room.withUnsafeMutableBufferPointer { buffer, count in
                    answer = systemCall { Glibc.read(file.descriptor, buffer.baseAddress, wanted) }
                    count = answer.error == 0 ? answer.value : 0
                }
            }
            guard answer.error == 0 else { throw MaildirError(.read, self, name, errorNumber: answer.error) }
            // A short answer inside the file is none: a bad block may come next, and then the next call says so.
            if answer.value == 0 || (answer.value < wanted && bytes.count == expected) { break }
        }
        return try facts(of: file, count: bytes.count, maximum: maximum, name: name)
    }

    private func facts(
        of file: OpenMessage, count: Int, maximum: Int, name: MessageName
    ) throws(MaildirError) -> MessageFacts {
        var status = file.status
        if count != Int(status.st_size) || count == maximum {
            // Cut, grown or shrunk: only now is the size worth another call.
            if fstat(file.descriptor, &status) != 0 { throw MaildirError(.read, self, name, errorNumber: errno) }
        }
        let size = count < maximum ? count : max(count, Int(status.st_size))
        return MessageFacts(
            size: Int64(size), modificationSeconds: Int64(status.st_mtim.tv_sec), isTruncated: size > count)
    }

    /// The most that one read(2) asks for, in bytes.
    static let readChunk = 1 << 16
    /// The least that it asks for: if a file claims to be empty, its file system may only not know the size.
    private static let smallestChunk = 1 << 13

    /// Opens a message, and nothing that is not one. O_NONBLOCK keeps the opening of a FIFO from waiting for a writer,
    /// O_NOCTTY that of a terminal from taking it over; the kind is asked of what was opened, not of the name, which
    /// could mean something else by then.
    ///
    /// Of the owner's files the time of the last access stays, which to write costs as much as to open the file.
    func openMessage(_ name: MessageName, for operation: MaildirError.Operation) throws(MaildirError) -> OpenMessage {
        let flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY
        let opened = name.withCString { name in
            if mayKeepAccessTimes {
                let answer = systemCall { openat(descriptor, name, flags | Int32(MAILDIR_O_NOATIME)) }
                guard answer.error == EPERM else { return answer }
                mayKeepAccessTimes = false
            }
            return systemCall { openat(descriptor, name, flags) }
        }
        if opened.error != 0 {
            // ELOOP is a symbolic link; ENXIO and ENODEV are sockets and devices that cannot be opened.
            if [ELOOP, ENXIO, ENODEV].contains(opened.error), let status = status(of: name),
                let kind = FileKind(mode: status.st_mode)
            {
                throw MaildirError(operation, self, name, category: .notRegular(kind), errorNumber: opened.error)
            }
            if opened.error == ENOENT {
                throw MaildirError(operation, self, name, category: .vanished, errorNumber: ENOENT)
            }
            throw MaildirError(operation, self, name, errorNumber: opened.error)
        }
        var status = stat()
        if fstat(opened.value, &status) != 0 {
            let error = errno
            close(opened.value)
            throw MaildirError(operation, self, name, errorNumber: error)
        }
        if let kind = FileKind(mode: status.st_mode) {
            close(opened.value)
            throw MaildirError(operation, self, name, category: .notRegular(kind))
        }
        return OpenMessage(descriptor: opened.value, status: status)
    }
}
