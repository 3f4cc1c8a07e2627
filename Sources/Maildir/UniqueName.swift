import Bytes
import Glibc
import Synchronization

/// Names that are unique among processes, machines and times: `SECONDS.M<µs>P<pid>Q<counter>.HOST`, as the Maildir
/// convention has it (https://cr.yp.to/proto/maildir.html).
enum UniqueName {
    /// The most bytes of the host name that go into a name. Linux allows a host name of 64 (HOST_NAME_MAX); escaped, it
    /// can be longer.
    static let maximumHostLength = 128

    /// A new name; `seconds` replaces the current time if the message has its own.
    static func next(seconds: Int64? = nil) -> MessageName {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        let number = counter.wrappingAdd(1, ordering: .relaxed).newValue
        let front = "\(seconds ?? Int64(now.tv_sec)).M\(now.tv_nsec / 1000)P\(getpid())Q\(number)."
        return MessageName(unchecked: Array(front.utf8) + host)
    }

    /// A host name as part of a file name: the slash, the colon, the comma (which starts Courier's and Dovecot's fields)
    /// and all that is not printable ASCII become `\ooo`, in octal, as qmail writes `\057` and `\072`.
    static func escapedHost(_ host: [UInt8]) -> [UInt8] {
        var escaped: [UInt8] = []
        for byte in host {
            if byte.isVisible && !"/:,\\".utf8.contains(byte) {
                escaped.append(byte)
            } else {
                escaped.append(UInt8(ascii: "\\"))
                escaped += [byte >> 6, byte >> 3 & 7, byte & 7].map { UInt8(ascii: "0") + $0 }
            }
        }
        return Array(escaped.prefix(maximumHostLength))
    }

    /// Distinguishes names that one process makes within a microsecond.
    private static let counter = Atomic<UInt64>(0)

    private static let host: [UInt8] = {
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, buffer.count) == 0 else { return Array("localhost".utf8) }
        let name = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return name.isEmpty ? Array("localhost".utf8) : escapedHost(name)
    }()
}
