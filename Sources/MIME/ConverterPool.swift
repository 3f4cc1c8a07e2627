import Glibc

/// A pool of unused iconv(3) converters. glibc unloads a charset's module with the last converter that needs it, and
/// loading it again takes longer than classifying a message.
enum ConverterPool {
    /// Handles kept for one charset: as many as threads read at once.
    private static let maximumIdle = 4
    /// Touched with `mutex` held.
    nonisolated(unsafe) private static var idle: [String: [iconv_t]] = [:]
    /// A pthread mutex, which the thread sanitizer knows; it does not recognise `Mutex`.
    nonisolated(unsafe) private static let mutex: UnsafeMutablePointer<pthread_mutex_t> = {
        let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
        mutex.initialize(to: pthread_mutex_t())
        pthread_mutex_init(mutex, nil)
        return mutex
    }()

    /// A converter from `charset` into UTF-8, in its first state; `nil` if this system has none.
    static func take(_ charset: String) -> iconv_t? {
        if let known = withLock({ idle[charset]?.popLast() }) { return known }
        let handle = iconv_open("UTF-8", charset)
        return handle == iconv_t(bitPattern: -1) ? nil : handle
    }

    /// Keeps a converter for the next text, or closes it.
    static func giveBack(_ handle: iconv_t, _ charset: String) {
        // Back to the first state, whatever the last text left.
        iconv(handle, nil, nil, nil, nil)
        let isKept = withLock {
            guard idle[charset, default: []].count < maximumIdle else { return false }
            idle[charset, default: []].append(handle)
            return true
        }
        if !isKept { iconv_close(handle) }
    }

    private static func withLock<Result>(_ body: () -> Result) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body()
    }
}
