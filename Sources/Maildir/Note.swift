import Bytes
import Glibc

extension Maildir {
    /// The contents of a small file in the Maildir's folder, next to cur/ and new/; nil if it does not exist.
    ///
    /// - Throws: `notRegular` if something else has the name; a symbolic link is not followed. `ioError` if it is
    ///   longer than `limit` bytes.
    package func readNote(_ name: String, limit: Int) throws(MaildirError) -> [UInt8]? {
        let path = self.path + "/" + name
        // O_NONBLOCK: a FIFO of that name must not make it wait.
        let flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC
        let opened = systemCall { openat(root.descriptor, name, flags) }
        switch opened.error {
        case 0: break
        case ENOENT: return nil
        case ELOOP: throw MaildirError(.read, path, category: .notRegular(.symbolicLink))
        case let error: throw MaildirError(.read, path, errorNumber: error)
        }
        defer { close(opened.value) }
        var status = stat()
        let asked = systemCall { fstat(opened.value, &status) }
        if asked.error != 0 { throw MaildirError(.read, path, errorNumber: asked.error) }
        if let kind = FileKind(mode: status.st_mode) {
            throw MaildirError(.read, path, category: .notRegular(kind))
        }
        var bytes = [UInt8](repeating: 0, count: limit + 1)
        var count = 0
        while count <= limit {
            let answer = bytes.withUnsafeMutableBytes { buffer in
                systemCall { Glibc.read(opened.value, buffer.baseAddress?.advanced(by: count), limit + 1 - count) }
            }
            if answer.error != 0 { throw MaildirError(.read, path, errorNumber: answer.error) }
            if answer.value == 0 { break }
            count += answer.value
        }
        guard count <= limit else {
            throw MaildirError(.read, path, category: .ioError, reason: "it is longer than \(limit) bytes")
        }
        return Array(bytes[..<count])
    }

    /// Writes a small file into the Maildir's folder, replacing an existing one atomically. It is on disk when this
    /// returns.
    package func writeNote(_ name: String, _ bytes: [UInt8]) throws(MaildirError) {
        let path = self.path + "/" + name
        // A unique name: without an effective lock another run may write the file, too.
        let temporary = "\(name).\(UniqueName.next().printable)"
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
        let opened = systemCall { openat(root.descriptor, temporary, flags, 0o644) }
        if opened.error != 0 { throw MaildirError(.make, path, errorNumber: opened.error) }
        do throws(SystemError) {
            try closing(opened.value) { () throws(SystemError) in
                try writeAll(bytes, to: opened.value)
                // What root writes belongs to the owner of the Maildir, as all else in it.
                giveToOwner(ofFolder: root.descriptor, opened.value)
                try systemCall { fsync(opened.value) }.get()
            }
            try systemCall { renameat(root.descriptor, temporary, root.descriptor, name) }.get()
        } catch {
            _ = unlinkat(root.descriptor, temporary, 0)
            throw MaildirError(.make, path, errorNumber: error.code)
        }
        root.touch()
        try root.sync()
    }
}
