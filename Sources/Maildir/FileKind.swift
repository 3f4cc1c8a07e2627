import Glibc

/// What is in a Maildir under a message's name, if it is not the regular file that a message is.
public enum FileKind: String, Hashable, Sendable, CustomStringConvertible {
    /// A folder.
    case directory = "a folder"
    /// A symbolic link, wherever it leads.
    case symbolicLink = "a symbolic link"
    /// A named pipe.
    case fifo = "a FIFO"
    /// A Unix socket.
    case socket = "a socket"
    /// A character device.
    case characterDevice = "a character device"
    /// A block device.
    case blockDevice = "a block device"
    /// A type that this version of the library does not know.
    case unknown = "of an unknown kind"

    /// The kind with its article, as it follows "it is".
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
