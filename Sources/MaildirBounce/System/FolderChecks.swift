import Glibc

/// Why this user may not add and remove names in the folder `path`, as an `errno`; `nil` if that is allowed.
func whyNotWritable(_ path: String) -> Int32? {
    faccessat(AT_FDCWD, path, W_OK | X_OK, AT_EACCESS) == 0 ? nil : errno
}

/// Why there cannot be a folder `path` that this user may write, as an `errno`; `nil` if it exists or can be created.
func whyNoFolderCanBe(_ path: String) -> Int32? {
    var status = stat()
    guard stat(path, &status) == 0 else {
        let code = errno
        return code == ENOENT ? whyNotWritable(splitPath(path).parent) : code
    }
    return status.st_mode & S_IFMT == S_IFDIR ? whyNotWritable(path) : ENOTDIR
}

/// The absolute path without symbolic links, also of a folder that does not exist yet; `path` itself if its folder
/// cannot be found.
func resolvedPath(_ path: String) -> String {
    if let resolved = realPath(path) { return resolved }
    let (parent, name) = splitPath(path)
    guard let folder = realPath(parent) else { return path }
    return folder == "/" ? "/" + name : folder + "/" + name
}

private func realPath(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
}

/// The folder that an entry is in, and the entry's name; slashes at the end are ignored.
func splitPath(_ path: String) -> (parent: String, name: String) {
    var bytes = Array(path.utf8)
    while bytes.count > 1, bytes.last == UInt8(ascii: "/") { bytes.removeLast() }
    guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else {
        return (".", String(decoding: bytes, as: UTF8.self))
    }
    let name = String(decoding: bytes[(slash + 1)...], as: UTF8.self)
    return (slash == 0 ? "/" : String(decoding: bytes[..<slash], as: UTF8.self), name)
}
