import Bytes
import Glibc

/// The bytes of one message, or of its head.
struct FileContents: Sendable {
    var bytes: [UInt8]
    /// Whether the file has more after `bytes`.
    var isCut: Bool
    /// When the file was last written, in seconds since 1970 UTC; `nil` if it is not a file.
    var modified: Int64?
}

/// Why a file was not read.
enum ReadProblem: Error {
    /// It is not there, or not there any more.
    case missing
    /// It is a folder, a FIFO, a socket, a device, or a symbolic link if none is followed.
    case notRegular
    /// The system refused or failed; an `errno` value.
    case system(Int32)

    /// What is wrong, for a line that names the file.
    var sentence: String {
        switch self {
        case .missing: "no such file"
        case .notRegular: "not a regular file"
        case .system(let code): "cannot be read: \(systemMessage(code))"
        }
    }
}

/// How many bytes of one message are read: 4 MiB.
///
/// A report comes before the mail that it returns, so the head decides, and memory is bounded.
let messageReadLimit = 4 << 20

/// Reads a file from its start, at most `limit` bytes.
///
/// - Parameter onlyRegular: refuse everything but a regular file, and follow no symbolic link. Otherwise a pipe is read
///   to its end (`classify <(zcat mail.gz)`).
func readFile(_ path: BytePath, limit: Int = messageReadLimit, onlyRegular: Bool) throws(ReadProblem) -> FileContents {
    // O_NONBLOCK: opening a FIFO that nobody writes to must not hang.
    let flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | (onlyRegular ? O_NOFOLLOW : 0)
    let descriptor = path.withCString { open($0, flags) }
    guard descriptor >= 0 else {
        switch errno {
        case ENOENT, ENOTDIR: throw .missing
        case ELOOP where onlyRegular: throw .notRegular
        case ENXIO: throw .notRegular
        case let code: throw .system(code)
        }
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .system(errno) }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return try readDescriptor(descriptor, limit: limit, expected: Int(status.st_size))
    case S_IFDIR: throw .notRegular
    default:
        guard !onlyRegular else { throw .notRegular }
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~O_NONBLOCK)
        return try readDescriptor(descriptor, limit: limit, expected: nil)
    }
}

/// Reads a descriptor to its end, at most `limit` bytes.
///
/// - Parameter expected: the size of a regular file; nil for a pipe, whose short reads do not mean its end.
func readDescriptor(_ descriptor: Int32, limit: Int = messageReadLimit, expected: Int? = nil) throws(ReadProblem)
    -> FileContents
{
    var bytes: [UInt8] = []
    // One byte more than there should be: a short read then tells the end without another call.
    var room = expected.map { min(limit, max($0, 0)) + 1 } ?? firstPipeRead
    while room > 0 {
        let filled = bytes.count
        var count = 0
        var problem: Int32 = 0
        let grown = [UInt8](unsafeUninitializedCapacity: filled + room) { buffer, initialized in
            bytes.withUnsafeBytes { UnsafeMutableRawBufferPointer(buffer).copyMemory(from: $0) }
            while count < room {
                let answer = systemCall {
                    read(descriptor, buffer.baseAddress?.advanced(by: filled + count), room - count)
                }
                problem = answer.error
                if answer.value <= 0 { break }
                count += answer.value
                if expected != nil, count < room { break }
            }
            initialized = filled + count
        }
        guard problem == 0 else { throw .system(problem) }
        bytes = grown
        if count < room { break }
        room = min(bytes.count, limit + 1 - bytes.count)
    }
    let isCut = bytes.count > limit
    if isCut { bytes.removeLast(bytes.count - limit) }
    return FileContents(bytes: bytes, isCut: isCut)
}

/// The first read from a pipe, in bytes: as much as a pipe holds.
private let firstPipeRead = 64 << 10
