import Glibc

/// The result of a system call. `error` is its `errno`, or 0 if it succeeded.
@usableFromInline package struct SystemAnswer<Value: SignedInteger> {
    @usableFromInline package let value: Value
    @usableFromInline package let error: Int32

    @inlinable package init(value: Value, error: Int32) {
        self.value = value
        self.error = error
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

/// Writes all of `bytes`, however few the kernel takes at a time. Returns 0 or an `errno`.
package func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Int32 {
    var rest = bytes[...]
    while !rest.isEmpty {
        let part = UnsafeRawBufferPointer(rebasing: rest)
        let answer = systemCall { write(descriptor, part.baseAddress, part.count) }
        if answer.error != 0 { return answer.error }
        // write(2) returns 0 only if it cannot continue; repeating it would never end.
        if answer.value == 0 { return EIO }
        rest = rest.dropFirst(answer.value)
    }
    return 0
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
