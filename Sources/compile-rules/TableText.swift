extension RuleCompiler {
    /// The table as the C source that `CRules` includes.
    package var source: [UInt8] {
        var out = Array(
            """
            // Rules/, compiled. scripts/compile-rules.sh writes this file; CI fails where it is not that of Rules/.
            static const _Alignas(16) uint32_t numbers[] = {

            """.utf8)
        var column = 0
        for number in numbers {
            let digits = String(number)
            if column + digits.utf8.count > RuleCompiler.lineLength {
                out.append(UInt8(ascii: "\n"))
                column = 0
            }
            out += digits.utf8
            out.append(UInt8(ascii: ","))
            column += digits.utf8.count + 1
        }
        out += Array("\n};\nstatic const char text[] =\n\"".utf8)
        column = 0
        for (index, byte) in text.enumerated() {
            // Not within a character.
            if column > RuleCompiler.lineLength, byte & 0xC0 != 0x80, index > 0 {
                out += Array("\"\n\"".utf8)
                column = 0
            }
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { out.append(UInt8(ascii: "\\")) }
            out.append(byte)
            column += 1
        }
        return out + Array("\";\n".utf8)
    }

    private static let lineLength = 120
}
