import Bytes

/// What a server says about the authentication of a message, in one Authentication-Results field (RFC 8601 section 2.2).
struct AuthenticationResults: Equatable {
    /// The server's name, lower case.
    var server: String
    /// The domains of which it says `pass`: `dkim=pass header.d=`, `spf=pass smtp.mailfrom=` or, where the envelope sender is
    /// null as in reports, `smtp.helo=` (RFC 7208 section 2.4); lower case.
    var domains: [String]

    /// - Parameter value: the field without folds; `nil` if it has not the form of one.
    init?(_ value: Span<UInt8>) {
        guard value.count <= Limits.authenticationBytes, let tokens = Token.all(value.copy(0..<value.count)) else {
            return nil
        }
        var parts = tokens.split(separator: .semicolon, omittingEmptySubsequences: false)[...]
        guard case .word(let server)? = parts.popFirst()?.first else { return nil }
        self.server = server.lowercased()
        domains = []
        for part in parts {
            guard let pairs = AuthenticationResults.pairs(part), let first = pairs.first,
                first.value.lowercased() == "pass"
            else { continue }
            let names: [String]
            switch first.name.prefix(while: { $0 != "/" }) {
            case "dkim": names = ["header.d"]
            case "spf": names = ["smtp.mailfrom", "smtp.helo"]
            default: continue
            }
            for name in names {
                let values = pairs.dropFirst().filter { $0.name == name }
                // A field with two is ambiguous.
                guard values.count == 1, let value = values.first?.value.lowercased() else { continue }
                let domain =
                    value.split(separator: "@", omittingEmptySubsequences: false).last.map(String.init) ?? value
                if !domain.isEmpty { domains.append(HostName.withoutDot(domain)) }
            }
        }
    }

    /// `method=result`, and the properties after it; `nil` if anything else is there.
    private static func pairs(_ tokens: ArraySlice<Token>) -> [(name: String, value: String)]? {
        var pairs: [(name: String, value: String)] = []
        var rest = tokens
        while let first = rest.popFirst() {
            guard case .word(let name) = first, rest.popFirst() == .equals, case .word(let value)? = rest.popFirst()
            else {
                return nil
            }
            pairs.append((name.lowercased(), value))
        }
        return pairs
    }

    private enum Token: Equatable {
        case word(String), equals, semicolon

        /// The words of a field without its comments; `nil` if a comment or a quotation does not end.
        static func all(_ bytes: [UInt8]) -> [Token]? {
            var tokens: [Token] = []
            var word: [UInt8] = []
            var hasWord = false
            func end() {
                if hasWord { tokens.append(.word(String(decoding: word, as: UTF8.self))) }
                word.removeAll()
                hasWord = false
            }
            var (index, depth, isQuoted) = (0, 0, false)
            while index < bytes.count {
                defer { index += 1 }
                let byte = bytes[index]
                if isQuoted || depth > 0, byte == UInt8(ascii: "\\") {
                    index += 1
                    if isQuoted, index < bytes.count { word.append(bytes[index]) }
                } else if isQuoted {
                    if byte == UInt8(ascii: "\"") { isQuoted = false } else { word.append(byte) }
                } else if depth > 0 {
                    depth += byte == UInt8(ascii: "(") ? 1 : byte == UInt8(ascii: ")") ? -1 : 0
                } else {
                    switch byte {
                    case UInt8(ascii: "("):
                        end()
                        depth = 1
                    case UInt8(ascii: ")"): return nil
                    case UInt8(ascii: "\""):
                        hasWord = true
                        isQuoted = true
                    case UInt8(ascii: "="):
                        end()
                        tokens.append(.equals)
                    case UInt8(ascii: ";"):
                        end()
                        tokens.append(.semicolon)
                    case _ where byte.isSpace: end()
                    default:
                        hasWord = true
                        word.append(byte)
                    }
                }
            }
            end()
            return isQuoted || depth > 0 ? nil : tokens
        }
    }
}
