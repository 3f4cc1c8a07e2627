import Bytes
import Glibc

/// What is asked about paths that an administrator gives.
enum FilePath {
    /// Throws where this user may not add and remove names in the folder `path`.
    static func checkWritable(folder path: String) throws(SystemError) {
        guard faccessat(AT_FDCWD, path, W_OK | X_OK, AT_EACCESS) == 0 else { throw SystemError.last }
    }

    /// Throws where there is no folder `path` that this user may write, and none can be made.
    static func checkCreatable(folder path: String) throws(SystemError) {
        var status = stat()
        if stat(path, &status) == 0 {
            guard status.st_mode & S_IFMT == S_IFDIR else { throw SystemError(ENOTDIR) }
            try checkWritable(folder: path)
        } else {
            guard errno == ENOENT else { throw SystemError.last }
            try checkWritable(folder: split(path).parent)
        }
    }

    /// The absolute path without symbolic links, also of a folder that is still to be made; `path` itself where its folder
    /// cannot be found.
    static func resolved(_ path: String) -> String {
        if let resolved = realPath(path) { return resolved }
        let (parent, name) = split(path)
        guard let folder = realPath(parent) else { return path }
        return folder == "/" ? "/" + name : folder + "/" + name
    }

    private static func realPath(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// The folder that an entry is in, and the entry's name; slashes at the end count for nothing.
    static func split(_ path: String) -> (parent: String, name: String) {
        var bytes = Array(path.utf8)
        while bytes.count > 1, bytes.last == UInt8(ascii: "/") { bytes.removeLast() }
        guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else {
            return (".", String(decoding: bytes, as: UTF8.self))
        }
        let name = String(decoding: bytes[(slash + 1)...], as: UTF8.self)
        return (slash == 0 ? "/" : String(decoding: bytes[..<slash], as: UTF8.self), name)
    }
}
