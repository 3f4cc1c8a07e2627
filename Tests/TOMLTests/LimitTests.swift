import TestSupport
import TOML
import Testing

@Suite("the limits of a TOML text")
struct LimitTests {
    private static let depth = TOMLDocument.depthLimit

    @Test("are its size, to the byte")
    func size() throws {
        let most = Array(repeating: UInt8(ascii: "\n"), count: TOMLDocument.sizeLimit)
        #expect(try TOMLDocument(most).root.entries.isEmpty)
        let error = #expect(throws: TOMLError.self) { try TOMLDocument(most + [UInt8(ascii: "\n")]) }
        #expect(error?.message == "the text is longer than 1048576 bytes")
    }

    /// Texts that are as deep as allowed when it is told how many more levels to make than the one that is always there.
    private static let nests: [@Sendable (Int) -> String] = [
        { String(repeating: "a.", count: $0) + "a = 1" },
        { "[" + String(repeating: "'a'.", count: $0) + "a]" },
        { "[[" + String(repeating: "a . ", count: $0) + "a]]" },
        { "a = " + String(repeating: "[", count: $0) + String(repeating: "]", count: $0) },
        { "a" + String(repeating: ".a", count: $0 - 1) + " = []" },
        { "[a]\n" + String(repeating: "b.", count: $0 - 2) + "b = {}" },
        { "[a" + String(repeating: ".a", count: $0 - 5) + "]\nb = {c = [1, {}]}" },
    ]

    @Test("are the names and brackets around a value", arguments: nests.indices)
    func depth(nest: Int) throws {
        let make = Self.nests[nest]
        #expect(throws: Never.self) { try TOMLDocument(make(Self.depth - 1)) }
        let error = #expect(throws: TOMLError.self) { try TOMLDocument(make(Self.depth)) }
        #expect(error?.message == "this stands within more than 64 names and brackets; no text of ours does")
    }

    @Test(
        "end what would take the stack: half a million names or brackets",
        arguments: ["a.", "[", "{a=", "[a.", "a=[{", "[[a.", "\"\".", "a = {b.c = ["])
    func stack(part: String) {
        let text = String(repeating: part, count: TOMLDocument.sizeLimit / part.utf8.count)
        #expect(throws: TOMLError.self) { try TOMLDocument(text) }
        #expect(throws: TOMLError.self) { try TOMLDocument("a = " + text.prefix(TOMLDocument.sizeLimit - 4)) }
    }

    @Test("are no limits of how many keys, tables and elements there are")
    func many() throws {
        let count = 40_000
        let keys = (0..<count).map { "k\($0) = [1, 2]\n" }.joined()
        #expect(try TOMLDocument(keys).root.entries.count == count)
        let tables = (0..<count).map { "[t\($0).a]\n" }.joined()
        #expect(try TOMLDocument(tables).root.entries.count == count)
        let lists = String(repeating: "[[list]]\na.b = 1\n", count: count)
        #expect(try TOMLDocument(lists).root["list"]?.value.array?.count == count)
        let line = "a = [" + String(repeating: "1, ", count: 300_000) + "]"
        #expect(try TOMLDocument(line).root["a"]?.value.array?.last?.position.column == 900_003)
    }

    @Test("do not end the program, whatever a text holds, and each error has a place within the text")
    func anything() {
        var random = SeededGenerator(seed: 2_026)
        let whole = Array(
            """
            a = "é\\u00e9\\\\" # é
            b.'c d'."e" = [1, -2.5e-3, 0x1F, [true, {f = '''g''', h.i = {}}], ]
            [b.j]\r
            k = \"\"\"
            l\\
              m\"\"\"\"\"
            [[n]]
            [n.o]
            [[n]]
            p = inf
            q = 1979-05-27
            """.utf8)
        let parts: [[UInt8]] = [
            "[", "]", "[[", "{", "}", "\"", "'", "\"\"\"", "\n", "\r", ".", "=", "#", "\\", "\0", "0",
        ].map {
            Array($0.utf8)
        }
        for _ in 0..<20_000 {
            var text = whole
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let place = Int.random(in: 0...text.count, using: &random)
                switch Int.random(in: 0...3, using: &random) {
                case 0: text.removeSubrange(place..<min(place + Int.random(in: 1...20, using: &random), text.count))
                case 1: text.insert(contentsOf: parts[Int.random(in: 0..<parts.count, using: &random)], at: place)
                case 2: text.insert(UInt8.random(in: 0...255, using: &random), at: place)
                default: text.removeSubrange(place...)
                }
            }
            do throws(TOMLError) {
                _ = try TOMLDocument(text)
            } catch {
                let lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
                #expect((1...lines.count).contains(error.position.line), "\(text)")
                let line = lines[error.position.line - 1]
                #expect((1...line.count + 1).contains(error.position.column), "\(text)")
            }
        }
    }
}
