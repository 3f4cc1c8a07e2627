import Bytes
import Ledger

/// A table `[[hook]]`: a program that is told who became suppressed or free.
///
/// ```toml
/// [[hook]]
/// name = "shop"
/// command = ["/usr/local/bin/tell-shop", "--all"]
/// on = ["suppressed", "released", "lapsed"]
/// snapshot = true
/// timeout_seconds = 300
/// rows = 1000
/// as_root = false
/// ```
struct HookTable: Equatable {
    /// How long a program may take to read on, or to end, by default and at most.
    static let timeoutSeconds = 300
    private static let mostTimeoutSeconds = 86_400
    /// How many rows a program gets at a time, by default and at most.
    static let rows = 1_000
    private static let mostRows = 1_000_000
    private static let nameBytes = 64

    var name: String
    /// The program, a path from the root, and its arguments.
    var command: [String]
    var kinds: Set<LedgerChange.Kind>
    /// Whether it begins with everything that is suppressed; else with what changes from then on.
    var hasSnapshot: Bool
    var timeoutSeconds: Int
    var rows: Int
    /// Whether it may be run as root.
    var runsAsRoot: Bool

    init(_ table: inout ConfigTable) throws(Failure) {
        name = try table.string("name") ?? ""
        guard (1...Self.nameBytes).contains(name.utf8.count), name.utf8.allSatisfy(Self.isNameByte),
            name.utf8.first != UInt8(ascii: "-")
        else {
            throw table.wrong("name", "must be a name of letters, digits, - and _, \"shop\"")
        }
        command = (try? table.strings("command")) ?? []
        guard let program = command.first, program.hasPrefix("/") else {
            throw table.wrong(
                "command",
                "must be a list of the program's path from the root and its arguments, [\"/usr/local/bin/tell-shop\"]")
        }
        kinds = Set(LedgerChange.Kind.allCases)
        if let names = try table.strings("on") {
            kinds = []
            for name in names {
                guard let kind = LedgerChange.Kind.allCases.first(where: { $0.name == name }) else {
                    let all = LedgerChange.Kind.allCases.map(\.name).joined(separator: ", ")
                    throw table.wrong("on", "has \(name), which is no change; there are \(all)")
                }
                kinds.insert(kind)
            }
            if kinds.isEmpty { throw table.wrong("on", "names no change; leave it out for all of them") }
        }
        hasSnapshot = try table.bool("snapshot") ?? true
        timeoutSeconds =
            try table.integer("timeout_seconds", in: 1...Self.mostTimeoutSeconds) ?? Self.timeoutSeconds
        rows = try table.integer("rows", in: 1...Self.mostRows) ?? Self.rows
        runsAsRoot = try table.bool("as_root") ?? false
        try table.rejectUnknownKeys()
    }

    /// Reads all of them, in the order of the file.
    static func all(_ file: inout ConfigTable) throws(Failure) -> [HookTable] {
        var hooks: [HookTable] = []
        for var table in try file.tables("hook") {
            let hook = try HookTable(&table)
            guard !hooks.contains(where: { $0.name == hook.name }) else {
                throw table.wrong("name", "is that of another hook: give each its own")
            }
            hooks.append(hook)
        }
        return hooks
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        byte.isWord || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
    }
}
