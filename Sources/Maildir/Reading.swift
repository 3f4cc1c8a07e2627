import Bytes
import Glibc
internal import CRenameat2

extension Maildir {
    /// Reads at most `maximum` bytes of a message, and uses no more memory than that, however large the file is or
    /// claims to be.
    ///
    /// The file may be anything: symbolic links are not followed, a FIFO or a device does not hang it, and a file that
    /// grows or shrinks meanwhile gives the bytes that were there.
    ///
    /// - Throws:
    ///   ``MaildirError`` of the category `vanished` if the name is gone, `notRegular` if it is not a regular file, `permission`, `tryAgain` or `ioError`.
    public func read(_ name: MessageName, from folder: Folder, maximum: Int) throws(MaildirError) -> MessageFile {
        var bytes: [UInt8] = []
        let facts = try read(name, from: folder, maximum: maximum, into: &bytes)
        return MessageFile(bytes: bytes, facts: facts)
    }

    /// Reads a message into the caller's array, replacing its contents and reusing its memory, so that nothing is
    /// allocated for each message.
    ///
    /// - Throws: As ``read(_:from:maximum:)``; then the contents of the array are undefined.
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
        // Asks for one byte more than expected: a short read then shows the end, without another call.
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
            // A short read within the file does not mean its end: a bad block may come next, and the next call reports
            // it.
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
    /// The minimum for one read(2): a file that claims to be empty may be on a file system that does not know the size.
    private static let smallestChunk = 1 << 13

    /// Opens a message, but only if it is a regular file. O_NONBLOCK prevents waiting for the writer of a FIFO,
    /// O_NOCTTY prevents a terminal from becoming the controlling one; the type is checked on the open file, not the
    /// name, which could be something else by then.
    ///
    /// The access time of the owner's files is not updated, since writing it costs as much as opening the file.
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
