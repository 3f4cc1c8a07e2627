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
        try self.init(in: target, for: .copy) { descriptor throws(SystemError) in
            try Self.copyBytes(from: original.descriptor, to: descriptor)
            try Self.copyAttributes(original.status, to: descriptor)
        }
    }

    /// Writes bytes into the target's tmp/.
    init(of bytes: [UInt8], for target: Maildir) throws(MaildirError) {
        try self.init(in: target, for: .deliver) { descriptor throws(SystemError) in
            try writeAll(bytes, to: descriptor)
        }
    }

    /// Writes `head`, and after it all that can be read from `source`, into the target's tmp/, piece by piece.
    init(of head: [UInt8], thenFrom source: Int32, for target: Maildir) throws(MaildirError) {
        try self.init(in: target, for: .deliver) { descriptor throws(SystemError) in
            try writeAll(head, to: descriptor)
            try Self.copyBytes(from: source, to: descriptor)
        }
    }

    private init(
        in target: Maildir, for operation: MaildirError.Operation, fill: (Int32) throws(SystemError) -> Void
    ) throws(MaildirError) {
        folder = try target.openTmp(for: operation)
        name = UniqueName.next()
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
        let folder = self.folder
        let opened = name.withCString { name in systemCall { openat(folder.descriptor, name, flags, 0o600) } }
        if opened.error != 0 { throw MaildirError(operation, folder, name, errorNumber: opened.error) }
        do throws(SystemError) {
            try closing(opened.value) { () throws(SystemError) in
                try fill(opened.value)
                // The content has to be on disk before the name is: else a power cut leaves an empty message after.
                try systemCall { fsync(opened.value) }.get()
            }
        } catch {
            discard()
            throw MaildirError(operation, folder, name, errorNumber: error.code)
        }
    }

    /// Removes the file. If that fails, it stays in tmp/, where it is not a message.
    func discard() {
        try? folder.unlink(name)
    }

    private static func copyBytes(from source: Int32, to target: Int32) throws(SystemError) {
        try withUnsafeTemporaryAllocation(byteCount: FolderHandle.readChunk, alignment: 16) {
            buffer throws(SystemError) in
            while true {
                let count = try systemCall { read(source, buffer.baseAddress, buffer.count) }.get()
                if count == 0 { return }
                try writeAll(UnsafeRawBufferPointer(rebasing: buffer[..<count]), to: target)
            }
        }
    }

    private static func copyAttributes(_ status: stat, to target: Int32) throws(SystemError) {
        // Only root may give a file away. For anybody else the copy is his own, like the folder that it is in.
        _ = fchown(target, status.st_uid, status.st_gid)
        try systemCall { fchmod(target, status.st_mode & 0o777) }.get()
        let times = [status.st_atim, status.st_mtim]
        try systemCall { futimens(target, times) }.get()
    }
}
