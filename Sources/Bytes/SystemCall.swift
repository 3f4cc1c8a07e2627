import Glibc

/// Why a system call failed: its `errno`.
@usableFromInline package struct SystemError: Error, Hashable, CustomStringConvertible {
    @usableFromInline package let code: Int32

    @inlinable package init(_ code: Int32) { self.code = code }

    /// The `errno` of the call that has just failed.
    package static var last: SystemError { SystemError(errno) }

    /// What the C library says of it.
    @usableFromInline package var description: String { systemMessage(code) }
}

/// What one system call answered. `error` is its `errno`, or 0 where it succeeded.
@usableFromInline package struct SystemAnswer<Value: SignedInteger> {
    @usableFromInline package let value: Value
    @usableFromInline package let error: Int32

    @inlinable package init(value: Value, error: Int32) {
        self.value = value
        self.error = error
    }

    /// The answer of a call that succeeded.
    @discardableResult
    @inlinable package func get() throws(SystemError) -> Value {
        if error != 0 { throw SystemError(error) }
        return value
    }
}

/// Makes a system call, and repeats it as long as a signal interrupts it (EINTR). Not for close(2), which has closed
/// the descriptor even if it says EINTR.
@inlinable @inline(__always)
package func systemCall<Value: SignedInteger>(_ call: () -> Value) -> SystemAnswer<Value> {
    while true {
        let value = call()
        if value != -1 { return SystemAnswer(value: value, error: 0) }
        let error = errno
        if error != EINTR { return SystemAnswer(value: value, error: error) }
    }
}

/// Writes all of `bytes`, however few the kernel takes at a time.
package func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) throws(SystemError) {
    var rest = bytes[...]
    while !rest.isEmpty {
        let part = UnsafeRawBufferPointer(rebasing: rest)
        let count = try systemCall { write(descriptor, part.baseAddress, part.count) }.get()
        // write(2) takes nothing only where it cannot go on; to ask again would never end.
        if count == 0 { throw SystemError(EIO) }
        rest = rest.dropFirst(count)
    }
}

/// Writes all of `bytes`, however few the kernel takes at a time.
package func writeAll(_ bytes: [UInt8], to descriptor: Int32) throws(SystemError) {
    try bytes.withUnsafeBufferPointer { bytes throws(SystemError) in
        try writeAll(UnsafeRawBufferPointer(bytes), to: descriptor)
    }
}

/// Runs `body`, and then closes `descriptor` whatever happened. A failure of close(2) counts where `body` had none, but not
/// EINTR: the descriptor is closed all the same.
package func closing(_ descriptor: Int32, after body: () throws(SystemError) -> Void) throws(SystemError) {
    do throws(SystemError) {
        try body()
    } catch {
        close(descriptor)
        throw error
    }
    if close(descriptor) != 0 && errno != EINTR { throw SystemError.last }
}

/// The C library's message for the error number `code`.
package func systemMessage(_ code: Int32) -> String {
    guard let text = strerror(code) else { return "error \(code)" }
    return String(cString: text)
}

/// The text that a call of the C library left in a buffer: all before the first NUL.
package func textBeforeNUL(_ buffer: [CChar]) -> String {
    String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
