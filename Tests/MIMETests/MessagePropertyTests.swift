import Glibc
import Testing

@testable import MIME

@Suite("Every message")
struct MessagePropertyTests {
    /// The fuzzer's seeds, written by hand.
    private static let seeds: [(name: String, bytes: [UInt8])] = {
        let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
        let folder = root + "/Fuzz/corpus/mime"
        guard let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.hasSuffix(".eml") { names.append(name) }
        }
        return names.sorted().map { ($0, contents(of: folder + "/" + $0)) }
    }()

    private static func contents(of path: String) -> [UInt8] {
        guard let file = fopen(path, "r") else { return [] }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 64 << 10)
        return Array(bytes.prefix(fread(&bytes, 1, bytes.count, file)))
    }

    @Test("of the seeds keeps the rules")
    func seeds() {
        #expect(Self.seeds.count >= 10)
        for seed in Self.seeds {
            #expect(!seed.bytes.isEmpty)
            #expect(brokenRules(Message(parsing: seed.bytes)).isEmpty, "\(seed.name)")
        }
    }

    @Test("that was cut at any byte keeps the rules")
    func cut() {
        for seed in Self.seeds {
            for length in stride(from: 0, to: seed.bytes.count, by: 7) {
                #expect(
                    brokenRules(Message(parsing: Array(seed.bytes.prefix(length)))).isEmpty, "\(seed.name) \(length)")
            }
        }
    }

    @Test("that was harmed keeps the rules, and its limits", arguments: 1...4 as ClosedRange<UInt64>)
    func harmed(seed: UInt64) {
        let limits = seed % 2 == 0 ? narrowLimits : MIMELimits()
        var mutation = Mutation(of: Self.seeds.map(\.bytes), seed: seed)
        for _ in 0..<500 {
            let bytes = mutation.next()
            let broken = brokenRules(Message(parsing: bytes, limits: limits))
            #expect(broken.isEmpty, "\(bytes)")
        }
    }

    @Test("says the same with either line end")
    func lineEnds() {
        for seed in Self.seeds where !seed.bytes.contains(0x0D) && seed.name != "charsets.eml" {
            let other = seed.bytes.flatMap { $0 == 0x0A ? [0x0D, 0x0A] : [$0] }
            let (left, right) = (Message(parsing: seed.bytes), Message(parsing: other))
            #expect(left.parts.map(\.type) == right.parts.map(\.type), "\(seed.name)")
            #expect(left.fields.map(left.text(of:)) == right.fields.map(right.text(of:)), "\(seed.name)")
            for index in left.parts.indices {
                let text = right.text(ofPart: index).replacing("\r\n", with: "\n")
                #expect(left.text(ofPart: index) == text, "\(seed.name) \(index)")
            }
        }
    }
}
