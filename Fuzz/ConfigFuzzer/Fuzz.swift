@testable import Config

/// libFuzzer's entry: reads the bytes as the configuration and as the file of rules. Files that they name are not opened.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    let text = Array(UnsafeBufferPointer(start: data, count: size))
    let file: ConfigTable
    do throws(Failure) {
        file = try table(text)
    } catch {
        // What is no TOML is none for either.
        check(error)
        return 0
    }
    do throws(Failure) {
        let configuration = try Configuration(file)
        precondition(configuration.policy.soft.days <= configuration.policy.soft.within, "a policy that never acts")
    } catch {
        check(error)
    }
    let rules = RulesFile(text: text, file: "config.toml")
    for problem in rules.problems { check(problem) }
    return 0
}

private func table(_ text: [UInt8]) throws(Failure) -> ConfigTable {
    try ConfigTable(text: text, file: "config.toml", isWorldReadable: false)
}

/// Every failure names the file, a line and a column.
private func check(_ failure: Failure) {
    precondition(failure.status == ExitStatus.configuration, "another status: \(failure.message)")
    let parts = failure.message.split(separator: ":", maxSplits: 3, omittingEmptySubsequences: false)
    precondition(
        parts.count == 4 && parts[0] == "config.toml" && parts[1...2].allSatisfy { Int($0).map { $0 > 0 } ?? false },
        "a failure that names no place: \(failure.message)")
}
