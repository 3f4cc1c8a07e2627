import Glibc
import Synchronization

/// The converters of iconv(3) that wait for their next text. glibc unloads a charset's module with the last converter that needs
/// it, and to load it again takes longer than to classify a message.
enum ConverterPool {
    /// A handle is used by one thread at a time, whichever that is.
    private struct Idle: @unchecked Sendable {
        let handle: iconv_t
    }

    /// Handles kept for one charset: as many as threads read at once.
    private static let maximumIdle = 4
    private static let idle = Mutex<[String: [Idle]]>([:])

    /// A converter from `charset` into UTF-8, in its first state; nil where this system has none.
    static func take(_ charset: String) -> iconv_t? {
        if let known = idle.withLock({ $0[charset]?.popLast() }) { return known.handle }
        let handle = iconv_open("UTF-8", charset)
        return handle == iconv_t(bitPattern: -1) ? nil : handle
    }

    /// Keeps a converter for the next text, or closes it.
    static func giveBack(_ handle: iconv_t, _ charset: String) {
        // Back to the first state, whatever the last text left.
        iconv(handle, nil, nil, nil, nil)
        let idle = Idle(handle: handle)
        let isKept = ConverterPool.idle.withLock { all in
            guard all[charset, default: []].count < maximumIdle else { return false }
            all[charset, default: []].append(idle)
            return true
        }
        if !isKept { iconv_close(handle) }
    }
}
