import Glibc

/// A message to be classified: where its bytes are.
struct PathItem: Sendable {
    enum Place: Sendable, Equatable {
        case standardInput
        /// A path of the command line that is not a folder; symbolic links are followed and pipes are read.
        case given
        /// A file that was found in a folder; read only if it is a regular file.
        case found
        /// A folder that could not be listed; an `errno` value.
        case unreadableFolder(Int32)
    }

    let path: BytePath
    let place: Place
}

/// Turns the paths of a command line into messages, one at a time and in order.
///
/// A Maildir gives the messages in its `new` and `cur`; another folder all regular files below it, in the order of
/// their names. Symbolic links in folders are not followed, so no walk runs in circles.
struct PathWalker {
    private struct Folder {
        let path: BytePath
        let names: FolderListing
        /// `new` or `cur` of a Maildir: names that begin with a dot and folders are not messages (maildir(5)).
        let isMailFolder: Bool
        var next = 0
    }

    private var arguments: ArraySlice<BytePath>
    /// The folder being listed, below those that it lies in.
    private var open: [Folder] = []
    /// A Maildir's `cur`, to be listed after its `new`.
    private var waiting: [BytePath] = []

    init(_ paths: [BytePath]) { arguments = paths[...] }

    mutating func next() -> PathItem? {
        while true {
            if let item = nextInOpenFolder() { return item }
            guard let path = arguments.popFirst() else { return nil }
            if path.bytes == [UInt8(ascii: "-")] { return PathItem(path: path, place: .standardInput) }
            guard path.fileKind(followLinks: true) == S_IFDIR else { return PathItem(path: path, place: .given) }
            if let problem = enter(path) { return problem }
        }
    }

    private mutating func nextInOpenFolder() -> PathItem? {
        while let folder = open.last {
            guard folder.next < folder.names.count else {
                open.removeLast()
                continue
            }
            open[open.count - 1].next += 1
            let name = folder.names[folder.next]
            if folder.isMailFolder, name.first == UInt8(ascii: ".") { continue }
            let path = folder.path.appending(name)
            switch folder.names.kind(at: folder.next, path) {
            case S_IFREG: return PathItem(path: path, place: .found)
            case S_IFDIR where !folder.isMailFolder: if let problem = enter(path) { return problem }
            default: continue
            }
        }
        return nil
    }

    /// Lists a folder next; returns an item if it cannot be listed.
    private mutating func enter(_ path: BytePath) -> PathItem? {
        let isMaildir = path.isMaildir(followLinks: true)
        // The last one in is listed first.
        for folder in isMaildir ? ["cur", "new"].map({ path.appending($0.utf8) }) : [path] {
            do {
                open.append(Folder(path: folder, names: try FolderListing(folder), isMailFolder: isMaildir))
            } catch .system(let code) {
                return PathItem(path: folder, place: .unreadableFolder(code))
            } catch {
                continue
            }
        }
        return nil
    }
}

extension BytePath {
    /// Whether this is a Maildir: a folder with new/ and cur/ in it.
    ///
    /// - Parameter followLinks: whether links to such folders do.
    func isMaildir(followLinks: Bool) -> Bool {
        ["new", "cur"].allSatisfy { appending($0.utf8).fileKind(followLinks: followLinks) == S_IFDIR }
    }

    /// The file type bits (`S_IFREG`, …), or nil where there is nothing.
    func fileKind(followLinks: Bool) -> mode_t? {
        var status = stat()
        let code = withCString { fstatat(AT_FDCWD, $0, &status, followLinks ? 0 : AT_SYMLINK_NOFOLLOW) }
        return code == 0 ? status.st_mode & S_IFMT : nil
    }
}

extension PathItem {
    /// The message, or its head.
    func read() throws(ReadProblem) -> FileContents {
        switch place {
        case .standardInput: try FileContents.read(descriptor: STDIN_FILENO)
        case .given: try FileContents.read(path, onlyRegular: false)
        case .found: try FileContents.read(path, onlyRegular: true)
        case .unreadableFolder(let code): throw .system(code)
        }
    }
}
