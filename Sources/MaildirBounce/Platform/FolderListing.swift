import Glibc

/// The names in a folder, sorted by their bytes.
///
/// All names are in one buffer: a folder of a million names takes a third of the 80 MB that arrays would take.
struct FolderListing: Sendable {
    /// The kind of each (`DT_REG`, …), its name, and a NUL.
    private var text: [UInt8] = []
    /// Where the names start.
    private var starts: [Int] = []

    var count: Int { starts.count }

    /// The name at `index`, without a NUL.
    subscript(index: Int) -> ArraySlice<UInt8> {
        let start = starts[index]
        let length = text[start...].prefix { $0 != 0 }.count
        return text[start..<start + length]
    }

    /// What is at `index` (`S_IFREG`, …), or `nil` if nothing is there any more. No links are followed.
    ///
    /// - Parameter path: the same name in its folder, to ask if the file system did not say it when the folder was
    ///   listed.
    func kind(at index: Int, _ path: BytePath) -> mode_t? {
        let kind = text[starts[index] - 1]
        // DTTOIF of readdir(3).
        return kind == UInt8(DT_UNKNOWN) ? path.fileKind(followLinks: false) : mode_t(kind) << 12
    }

    /// Lists `folder` without `.` and `..`.
    init(_ folder: BytePath) throws(ReadProblem) {
        guard let stream = folder.withCString({ opendir($0) }) else {
            throw errno == ENOENT ? .missing : .system(errno)
        }
        defer { closedir(stream) }
        while true {
            errno = 0
            guard let entry = readdir(stream) else {
                guard errno == 0 else { throw .system(errno) }
                break
            }
            let kind = entry.pointee.d_type
            withUnsafeBytes(of: &entry.pointee.d_name) { name in
                let length = name.firstIndex(of: 0) ?? name.count
                let isSelfOrParent = length <= 2 && name.prefix(length).allSatisfy { $0 == UInt8(ascii: ".") }
                guard !isSelfOrParent else { return }
                text.append(kind)
                starts.append(text.count)
                text.append(contentsOf: name[..<length])
                text.append(0)
            }
        }
        text.withUnsafeBytes { bytes in
            starts.sort { left, right in
                guard let base = bytes.baseAddress else { return false }
                // NUL ends both and is less than every byte of a name.
                return strcmp(
                    (base + left).assumingMemoryBound(to: CChar.self),
                    (base + right).assumingMemoryBound(to: CChar.self)) < 0
            }
        }
    }
}
