import Bytes
import Glibc
import TestSupport

@testable import Maildir

/// A fresh folder that goes, with all that is in it, when the test ends.
final class TestFolder: FreshFolder {
    /// An empty Maildir in the folder.
    func makeMaildir(_ name: String = "Maildir", renaming: RenameMethod = .renameat2) throws -> Maildir {
        _ = try Maildir.make(at: "\(path)/\(name)")
        return try Maildir(opening: "\(path)/\(name)", renaming: renaming)
    }

    /// The device that the folder is on, to tell file systems apart.
    var device: dev_t {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_dev : 0
    }
}

struct SystemFailure: Error {
    let call: String
    let number: Int32
}

/// A Maildir's whole content, to see that nothing was changed or lost: name of each file under its folder, and bytes.
func contents(of maildir: Maildir) throws -> [String: [UInt8]] {
    var contents: [String: [UInt8]] = [:]
    for (label, folder) in [("new", maildir.new), ("cur", maildir.cur), ("tmp", try maildir.openTmp(for: .read))] {
        for name in try folder.list(limit: nil) {
            var bytes: [UInt8] = []
            _ = try folder.read(name, maximum: 1 << 20, into: &bytes)
            contents["\(label)/\(name.printable)"] = bytes
        }
    }
    return contents
}

/// Writes a file, whatever bytes its name has.
func write(_ content: String, as name: MessageName, in folder: FolderHandle, mode: mode_t = 0o644) throws {
    let flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC
    let descriptor = name.withCString { openat(folder.descriptor, $0, flags, mode) }
    guard descriptor >= 0 else { throw SystemFailure(call: "openat", number: errno) }
    defer { close(descriptor) }
    try writeAll(Array(content.utf8), to: descriptor)
    fchmod(descriptor, mode)
}

func write(_ content: String, as name: String, in folder: FolderHandle, mode: mode_t = 0o644) throws {
    try write(content, as: MessageName(unchecked: Array(name.utf8)), in: folder, mode: mode)
}

func name(_ text: String) -> MessageName {
    MessageName(unchecked: Array(text.utf8))
}

/// The category of the error that `body` throws; nil where it throws none.
func category<Value>(of body: () throws -> Value) -> MaildirError.Category? {
    do {
        _ = try body()
        return nil
    } catch {
        return (error as? MaildirError)?.category
    }
}
