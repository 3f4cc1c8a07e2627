@testable import Maildir

/// libFuzzer's entry: takes the bytes as the name of a file in new/.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    let bytes = [UInt8](UnsafeBufferPointer(start: data, count: size))
    guard let name = MessageName(bytes) else {
        precondition(
            size == 0 || size > MessageName.maximumLength || bytes[0] == UInt8(ascii: ".") || bytes.contains(0)
                || bytes.contains(UInt8(ascii: "/")),
            "a name that a file can have is refused")
        return 0
    }
    let broken = brokenRules(name)
    precondition(broken.isEmpty, "\(broken)")
    let host = UniqueName.escapedHost(bytes)
    precondition(host.count <= UniqueName.maximumHostLength && !host.contains(UInt8(ascii: ":")), "an unsafe host name")
    return 0
}
