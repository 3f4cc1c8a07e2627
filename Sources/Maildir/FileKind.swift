import Glibc

/// What stands in a Maildir under a message's name, where it is not the regular file that a message is.
public enum FileKind: String, Hashable, Sendable, CustomStringConvertible {
    case directory = "a folder"
    case symbolicLink = "a symbolic link"
    case fifo = "a FIFO"
    case socket = "a socket"
    case characterDevice = "a character device"
    case blockDevice = "a block device"
    case unknown = "of an unknown kind"

    /// The kind with its article, to stand after "it is".
    public var description: String { rawValue }

    /// The kind that a `st_mode` names; nil for a regular file.
    init?(mode: mode_t) {
        switch mode & S_IFMT {
        case S_IFREG: return nil
        case S_IFDIR: self = .directory
        case S_IFLNK: self = .symbolicLink
        case S_IFIFO: self = .fifo
        case S_IFSOCK: self = .socket
        case S_IFCHR: self = .characterDevice
        case S_IFBLK: self = .blockDevice
        default: self = .unknown
        }
    }
}
