import Classifier

/// libFuzzer's entry: judges the bytes as a message.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    let bytes = [UInt8](UnsafeBufferPointer(start: data, count: size))
    let verdict = classifier.classify(bytes)
    precondition(verdict.recipients.count <= Limits.recipients, "more recipients than the limit says")
    for outcome in verdict.recipients {
        precondition(!outcome.address.isEmpty, "a recipient without an address")
        precondition((outcome.diagnostic?.utf8.count ?? 0) <= Limits.diagnosticBytes, "a diagnostic beyond its limit")
    }
    return 0
}

private let classifier = Classifier()
