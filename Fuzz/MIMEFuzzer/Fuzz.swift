import MIME

/// libFuzzer's entry: reads the bytes as a message, and asks for all that can be asked of it.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    let bytes = [UInt8](UnsafeBufferPointer(start: data, count: size))
    let broken = brokenRules(Message(parsing: bytes)) + brokenRules(Message(parsing: bytes, limits: narrowLimits))
    precondition(broken.isEmpty, "\(broken)")
    return 0
}
