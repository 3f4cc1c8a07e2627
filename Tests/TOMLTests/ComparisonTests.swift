import Foundation
import TestSupport
import TOML
import Testing

/// Python's tomllib is another reader of the same language.
@Suite("a TOML text means what Python's tomllib says")
struct ComparisonTests {
    /// How many texts are compared; with EXHAUSTIVE=1 a million.
    private static let count = ProcessInfo.processInfo.environment["EXHAUSTIVE"] == nil ? 20_000 : 1_000_000

    private static let words = [
        "a", "b", "c", "a.b", "'y'", "\"x\"", "=", " = ", "\n", "\n", "\r\n", " ", "\t", "[", "]", "[[", "]]", "{", "}",
        ",", ",",
        ".", "\"\"\"", "'''", "\"", "'", "\\", "\\n", "\\u00e9", "\\U0001F600", "\\ud800", "#", "# c", "\u{1}",
        "\u{7F}", "é",
        "1", "-1", "0", "01", "1_0", "1__0", "0x1F", "0xG", "0o7", "0b1", "1.5", "1.", "1e5", "1E-5", "inf", "nan",
        "true", "True",
        "9223372036854775807", "-9223372036854775808", "a = 1", "a.b = 1\n", "[a]\n", "[a.b]\n", "[[a]]\n", "[[a.b]]\n",
        "a = {b = 1}\n", "b = [\n1,\n2\n]\n", "c = {a.b = 1, a.c = 2}\n", "a = \"\"\"x\\\n  y\"\"\"\n",
        "\"\"\"\"a\"\"\"\"",
    ]
    private static let keys = ["a", "b", "c", "a.b", "b.a", "a.b.c", "\"a\".b"]
    private static let values = ["1", "[]", "{}", "{a = 1}", "[{a = 1}]", "{a.b = 1}", "'''x'''"]
    private static let headers = ["[a]", "[b]", "[a.b]", "[b.a]", "[a.b.c]", "[[a]]", "[[a.b]]", "[[b]]", "[c]"]
    private static let signs = "0123456789__eE+-.xob_ fA".map(String.init)

    /// Prints what each line, the hexadecimal bytes of a text, means. Dates and longer numbers are refused as we do.
    private static let program = """
        import sys, tomllib
        def show(value):
            if isinstance(value, bool): return str(value).lower()
            if isinstance(value, float): return "float"
            if isinstance(value, int) and -2**63 <= value < 2**63: return str(value)
            if isinstance(value, str): return "'" + value.encode().hex() + "'"
            if isinstance(value, list): return "[" + ",".join(map(show, value)) + "]"
            if not isinstance(value, dict): raise ValueError
            return "{" + ",".join("'" + key.encode().hex() + "'" + show(value[key]) for key in value) + "}"
        for line in sys.stdin:
            try: print(show(tomllib.loads(bytes.fromhex(line).decode())))
            except (tomllib.TOMLDecodeError, ValueError): print("refused")
        """

    @Test("and nothing where that refuses it", .enabled(if: Python.hasTOML, "skipped: no Python 3.11"))
    func comparison() throws {
        var random = SeededGenerator(seed: 21)
        let texts = (0..<Self.count).map { Self.text($0, &random) }
        let input = texts.map { $0.utf8.map { Self.hexadecimal($0) }.joined() + "\n" }.joined()
        let output = try Python.run(["-c", Self.program], input: Data(input.utf8))
        let expected = output.text.split(separator: "\n")
        try #require(expected.count == texts.count)
        for (text, expected) in zip(texts, expected) {
            let ours: String
            do throws(TOMLError) { ours = Self.shown(try TOMLDocument(text).root) } catch { ours = "refused" }
            #expect(ours == expected, "\(text.debugDescription)")
        }
        #expect(expected.count { $0 == "refused" } < texts.count * 9 / 10)
    }

    private static func text(_ number: Int, _ random: inout SeededGenerator) -> String {
        func any(_ list: [String]) -> String { list[Int.random(in: list.indices, using: &random)] }
        let length = Int.random(in: 1...10, using: &random)
        switch number % 3 {
        case 0: return (0..<length).map { _ in any(words) }.joined()
        case 1: return "a = " + (0..<length).map { _ in any(signs) }.joined()
        default:
            return (0..<length).map { _ in
                (Bool.random(using: &random) ? any(keys) + " = " + any(values) : any(headers)) + "\n"
            }.joined()
        }
    }

    private static func hexadecimal(_ byte: UInt8) -> String { (byte < 16 ? "0" : "") + String(byte, radix: 16) }

    private static func shown(_ table: TOMLTable) -> String {
        "{" + table.entries.map { shown($0.key) + shown($0.value) }.joined(separator: ",") + "}"
    }

    private static func shown(_ text: String) -> String { "'" + text.utf8.map(hexadecimal).joined() + "'" }

    private static func shown(_ value: TOMLValue) -> String {
        switch value.content {
        case .string(let text): shown(text)
        case .integer(let number): String(number)
        case .float: "float"
        case .bool(let bool): String(bool)
        case .array(let values): "[" + values.map(shown).joined(separator: ",") + "]"
        case .table(let table): shown(table)
        }
    }
}

private enum Python {
    static let hasTOML = (try? run(["-c", "import tomllib"], input: Data()))?.status == 0

    static func run(_ arguments: [String], input: Data) throws -> (status: Int32, text: String) {
        let folder = FileManager.default.temporaryDirectory
        let file = folder.appendingPathComponent("toml-\(UUID().uuidString)")
        try input.write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3"] + arguments
        process.standardInput = try FileHandle(forReadingFrom: file)
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        try process.run()
        let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: output, as: UTF8.self))
    }
}
