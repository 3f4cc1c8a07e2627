import Bytes

/// The operator of a mail server, derived from its host name: the registered domain.
///
/// A heuristic: the last two labels, or three if the last has two letters and the one before it is a general word
/// (`mx.isp.co.uk`). The public suffix list would be more precise, but is long, changes weekly, and would only move
/// rows of a report.
enum ProviderName {
    /// - Returns: `nil` if the host is an address or has only one label.
    static func registered(_ host: String) -> String? {
        // Postfix writes `mx.dest.example[192.0.2.1]:25`.
        let name = host.prefix { $0 != "[" && $0 != ":" && $0 != " " && $0 != "(" }.lowercased()
        let labels = name.split(separator: ".")
        guard labels.count >= 2, let top = labels.last, !top.utf8.allSatisfy(\.isDigit),
            labels.allSatisfy({ $0.utf8.allSatisfy(isHostByte) })
        else { return nil }
        let isGeneral = labels.count > 2 && top.utf8.count == 2 && general.contains(labels[labels.count - 2])
        return labels.suffix(isGeneral ? 3 : 2).joined(separator: ".")
    }

    /// Second-level labels under which national registries register.
    private static let general: Set<Substring> = [
        "ac", "co", "com", "edu", "go", "gob", "gov", "gouv", "gv", "ltd", "me", "ne", "net", "nom", "or", "org", "plc",
        "sch",
    ]

    private static func isHostByte(_ byte: UInt8) -> Bool {
        byte.isWord || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
    }
}
