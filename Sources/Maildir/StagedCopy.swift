import Bytes
import Glibc

/// A file in tmp/, written and fsynced, that waits for its name in cur/ or new/.
struct StagedCopy {
    let folder: FolderHandle
    let name: MessageName

    /// Copies a message into the target's tmp/, with its times, mode and, if that is allowed, owner.
    init(of message: MessageName, in source: FolderHandle, for target: Maildir) throws(MaildirError) {
        let original = try source.openMessage(message, for: .copy)
        defer { close(original.descriptor) }
        try self.init(in: target, for: .copy) { descriptor in
            let error = Self.copyBytes(from: original.descriptor, to: descriptor)
            return error != 0 ? error : Self.copyAttributes(original.status, to: descriptor)
        }
    }

    /// Writes bytes into the target's tmp/.
    init(of bytes: [UInt8], for target: Maildir) throws(MaildirError) {
        try self.init(in: target, for: .deliver) { descriptor in
            bytes.withUnsafeBytes { writeAll($0, to: descriptor) }
        }
    }

    /// Writes `head`, and after it all that can be read from `source`, into the target's tmp/, piece by piece.
    init(of head: [UInt8], thenFrom source: Int32, for target: Maildir) throws(MaildirError) {
        try self.init(in: target, for: .deliver) { descriptor in
            let error = head.withUnsafeBytes { writeAll($0, to: descriptor) }
            return error != 0 ? error : Self.copyBytes(from: source, to: descriptor)
        }
    }

    private init(
        in target: Maildir, for operation: MaildirError.Operation, fill: (Int32) -> Int32
    ) throws(MaildirError) {
        folder = try target.openTmp(for: operation)
        name = UniqueName.next()
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
        let folder = self.folder
        let opened = name.withCString { name in systemCall { openat(folder.descriptor, name, flags, 0o600) } }
        var error = opened.error
        if error == 0 {
            error = fill(opened.value)
            // The content has to be on disk before the name is: otherwise a power cut leaves an empty message.
            if error == 0 { error = systemCall { fsync(opened.value) }.error }
            if close(opened.value) != 0 && error == 0 && errno != EINTR { error = errno }
            if error != 0 { discard() }
        }
        if error != 0 { throw MaildirError(operation, folder, name, errorNumber: error) }
    }

    /// Removes the file. If that fails, it stays in tmp/, where it is not a message.
    func discard() {
        _ = folder.unlink(name)
    }

    private static func copyBytes(from source: Int32, to target: Int32) -> Int32 {
        withUnsafeTemporaryAllocation(byteCount: FolderHandle.readChunk, alignment: 16) { buffer in
            while true {
                let answer = systemCall { read(source, buffer.baseAddress, buffer.count) }
                if answer.error != 0 || answer.value == 0 { return answer.error }
                let error = writeAll(UnsafeRawBufferPointer(rebasing: buffer[..<answer.value]), to: target)
                if error != 0 { return error }
            }
        }
    }

    private static func copyAttributes(_ status: stat, to target: Int32) -> Int32 {
        // Only root may change the owner. Otherwise the copy belongs to the user, like its folder.
        _ = fchown(target, status.st_uid, status.st_gid)
        let error = systemCall { fchmod(target, status.st_mode & 0o777) }.error
        if error != 0 { return error }
        let times = [status.st_atim, status.st_mtim]
        return systemCall { futimens(target, times) }.error
    }
}
