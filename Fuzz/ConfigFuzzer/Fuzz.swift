@testable import Config

/// libFuzzer's entry: reads the bytes as the configuration and as the file of rules. Files that they name are not opened.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    let bytes = UnsafeBufferPointer(start: data, count: size)
    // What is no UTF-8 is refused before it is parsed.
    guard let text = String(validating: bytes, as: UTF8.self) else { return 0 }
    do throws(Failure) {
        let configuration = try Configuration(table(text))
        precondition(configuration.policy.soft.days <= configuration.policy.soft.within, "a policy that never acts")
    } catch {
        check(error)
    }
    let rules = RulesFile { () throws(Failure) in try table(text) }
    for problem in rules.problems { check(problem) }
    return 0
}

private func table(_ text: String) throws(Failure) -> ConfigTable {
    try ConfigTable(text: text, file: "config.toml", isWorldReadable: false)
}

private func check(_ failure: Failure) {
    precondition(failure.status == ExitStatus.configuration, "another status: \(failure.message)")
    precondition(failure.message.hasPrefix("config.toml"), "a failure that names no file: \(failure.message)")
}
