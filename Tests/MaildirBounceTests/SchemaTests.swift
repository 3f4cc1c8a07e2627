import Classifier
import Foundation
import Testing

@Suite("docs/verdict.schema.json")
struct SchemaTests {
    private static let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../docs/verdict.schema.json").standardizedFileURL.path

    /// The lines of classify and of a dry run for messages of every kind.
    private func lines() throws -> Data {
        let station = try Station()
        try station.deliverFour()
        try station.deliver(
            "1795514405.V5.host", Mail.bounce("a@dest.example", id: "J1", status: "4.4.1", action: "delayed"))
        let config = try station.folder.write("config.toml", "[capture]\nheaders = [\"From\"]\n")
        let classified = try Program.run(
            "classify", "--explain", "--format", "jsonl", "--config", config, station.maildir)
        let scanned = try station.scan("--dry-run", "--format", "jsonl")
        #expect(classified.status == 0 && scanned.status == 0)
        return classified.output + scanned.output
    }

    @Test("real output is valid by it")
    func realOutput() throws {
        let schema = try schema()
        let lines = try lines().split(separator: UInt8(ascii: "\n"))
        #expect(lines.count == 10)
        for line in lines {
            #expect(schema.problems(try JSONSerialization.jsonObject(with: line)) == [])
        }
    }

    @Test("it knows every class, kind and reason that the classifier has, and no other")
    func tokens() throws {
        let root = try schema().root
        let properties = try #require(root["properties"] as? [String: [String: Any]])
        #expect(Set(properties["class"]?["enum"] as? [String] ?? []) == Set(MessageClass.allCases.map(\.rawValue)))
        let recipient = try #require((root["$defs"] as? [String: [String: Any]])?["recipient"])
        let members = try #require(recipient["properties"] as? [String: [String: Any]])
        #expect(Set(members["kind"]?["enum"] as? [String] ?? []) == Set(OutcomeKind.allCases.map(\.rawValue)))
        #expect(Set(members["party"]?["enum"] as? [String] ?? []) == Set(Party.allCases.map(\.rawValue)))
        #expect(Set(members["relay"]?["enum"] as? [String] ?? []) == Set(Relay.allCases.map(\.rawValue)))
        let evidence = try #require(
            (properties["evidence"]?["items"] as? [String: Any])?["properties"] as? [String: Any])
        let speaker = try #require(evidence["speaker"] as? [String: Any])
        #expect(speaker["enum"] as? [String] == Speaker.allCases.map(\.rawValue))
        #expect(Set(members["reason"]?["enum"] as? [String] ?? []) == Set(Reason.allCases.map(\.rawValue)))
    }

    @Test(
        "what is wrong is invalid by it",
        arguments: [
            #"{"file":"a"}"#, #"{"file":"a","class":"bounce"}"#, #"{"file":"","class":"hard-bounce"}"#,
            #"{"file":"a","class":"hard-bounce","other":1}"#, #"{"file":"a","class":"hard-bounce","recipients":[]}"#,
            #"{"file":"a","class":"hard-bounce","recipients":[{"kind":"hard"}]}"#,
            #"{"file":"a","class":"hard-bounce","recipients":[{"kind":"hard","verp":"no"}]}"#,
            #"{"file":"a","class":"hard-bounce","arrival":"yesterday"}"#,
            #"{"file":"a","class":"hard-bounce","original":{"headers":{}}}"#,
            #"{"file":"a","class":"hard-bounce","original":{"headers":{"X-Job":1}}}"#,
        ])
    func invalid(line: String) throws {
        #expect(try schema().problems(try JSONSerialization.jsonObject(with: Data(line.utf8))) != [])
    }

    @Test(
        "Python's jsonschema agrees",
        .enabled(if: hasJSONSchema, "python3 with the package jsonschema is not installed"))
    func python() throws {
        let script = """
            import json, sys, jsonschema
            schema = json.load(open(sys.argv[1]))
            jsonschema.Draft202012Validator.check_schema(schema)
            validator = jsonschema.Draft202012Validator(schema)
            lines = [json.loads(line) for line in sys.stdin]
            for line in lines: validator.validate(line)
            print(len(lines))
            """
        let run = try Program.command(["/usr/bin/env", "python3", "-c", script, Self.path], input: try lines())
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.text == "10\n")
    }

    private static let hasJSONSchema =
        (try? Program.command(["/usr/bin/env", "python3", "-c", "import jsonschema"]).status) == 0

    private func schema() throws -> Schema {
        let data = try Data(contentsOf: URL(fileURLWithPath: Self.path))
        return Schema(root: try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any]))
    }
}

/// As much of JSON Schema as the file uses.
private struct Schema {
    let root: [String: Any]

    func problems(_ value: Any) -> [String] { problems(value, root, at: "$") }

    private func problems(_ value: Any, _ schema: [String: Any], at path: String) -> [String] {
        if let reference = schema["$ref"] as? String {
            let name = String(reference.split(separator: "/").last ?? "")
            guard let target = (root["$defs"] as? [String: [String: Any]])?[name] else {
                return ["\(path): no \(reference)"]
            }
            return problems(value, target, at: path)
        }
        if let choice = schema["enum"] as? [String] {
            return choice.contains(value as? String ?? "") ? [] : ["\(path): none of the choices"]
        }
        switch schema["type"] as? String {
        case "string":
            guard let text = value as? String else { return ["\(path): no text"] }
            if text.count < schema["minLength"] as? Int ?? 0 { return ["\(path): empty"] }
            guard let pattern = schema["pattern"] as? String else { return [] }
            return text.range(of: pattern, options: .regularExpression) == nil ? ["\(path): not like \(pattern)"] : []
        case "boolean": return value is Bool ? [] : ["\(path): no truth value"]
        case "array":
            guard let list = value as? [Any], let items = schema["items"] as? [String: Any] else {
                return ["\(path): no list"]
            }
            if list.count < schema["minItems"] as? Int ?? 0 { return ["\(path): empty"] }
            return list.enumerated().flatMap { problems($0.element, items, at: "\(path)[\($0.offset)]") }
        case "object":
            guard let object = value as? [String: Any] else { return ["\(path): no object"] }
            let members = schema["properties"] as? [String: [String: Any]] ?? [:]
            let others = schema["additionalProperties"] as? [String: Any]
            var found = (schema["required"] as? [String] ?? []).filter { object[$0] == nil }.map {
                "\(path).\($0): missing"
            }
            if object.count < schema["minProperties"] as? Int ?? 0 { found.append("\(path): empty") }
            for (key, member) in object {
                guard let schema = members[key] ?? others else {
                    found.append("\(path).\(key): unknown")
                    continue
                }
                found += problems(member, schema, at: "\(path).\(key)")
            }
            return found
        case let type: return ["\(path): unknown type \(type ?? "-")"]
        }
    }
}
