import Bytes
import Glibc
import TOMLKit

/// A configuration file that was read and parsed, and the table in it that is being looked at.
///
/// Every key has to be asked for before ``rejectUnknownKeys()``: a misspelt key is an error and never silently a default.
struct ConfigTable {
    /// The largest file that is read, in bytes.
    static let sizeLimit = 1 << 20
    /// The most parts that a key written with dots may have. The TOML parser takes a call on the stack for each.
    static let keyDepthLimit = 64

    let file: String
    /// Whether users who are neither the owner nor in the group may read the file.
    let isWorldReadable: Bool
    /// The lines of the file, to find those on which keys stand.
    private let lines: [Substring]
    private let table: TOMLTable
    /// The tables that lead here, `["policy", "soft"]`.
    private let path: [String]
    private var known: Set<String> = []
    /// Where this table starts, counted from 0, when it is one of several of the same name (`[[rule]]`).
    private var start: Int?

    /// Reads and parses the file at `path`.
    init(file path: String) throws(Failure) {
        let (text, isWorldReadable) = try Self.read(path)
        try self.init(text: text, file: path, isWorldReadable: isWorldReadable)
    }

    /// Parses the `text` that was read from `file`.
    init(text: String, file: String, isWorldReadable: Bool) throws(Failure) {
        self.file = file
        self.isWorldReadable = isWorldReadable
        path = []
        lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        if let hazard = firstHazard(in: Array(text.utf8), keyDepthLimit: Self.keyDepthLimit) {
            throw Failure(ExitStatus.configuration, "\(file):\(hazard.line): \(hazard.complaint)")
        }
        do {
            table = try TOMLTable(string: text)
        } catch let error as TOMLParseError {
            throw Failure(
                ExitStatus.configuration, "\(file):\(error.source.begin.line): this is no TOML: \(error.description)")
        } catch {
            throw Failure(ExitStatus.configuration, "\(file): this is no TOML: \(error)")
        }
    }

    private init(_ table: TOMLTable, at path: [String], in parent: ConfigTable) {
        file = parent.file
        isWorldReadable = parent.isWorldReadable
        lines = parent.lines
        self.table = table
        self.path = path
    }

    mutating func string(_ key: String) throws(Failure) -> String? {
        guard let value = value(key) else { return nil }
        guard let string = value.string, !string.trimmingBlanks.isEmpty else {
            throw wrong(key, "must be text in quotes")
        }
        return string
    }

    mutating func strings(_ key: String) throws(Failure) -> [String]? {
        guard let value = value(key) else { return nil }
        let elements = value.array.map { Array($0) } ?? []
        let strings = elements.compactMap(\.string)
        guard value.array != nil, strings.count == elements.count else {
            throw wrong(key, "must be a list of texts, [\"mail.example.com\"]")
        }
        guard strings.allSatisfy({ !$0.trimmingBlanks.isEmpty }) else {
            throw wrong(key, "must not hold an empty text")
        }
        return strings
    }

    mutating func integer(_ key: String, in range: ClosedRange<Int>) throws(Failure) -> Int? {
        guard let value = value(key) else { return nil }
        guard let integer = value.int, range.contains(integer) else {
            throw wrong(key, "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return integer
    }

    mutating func bool(_ key: String) throws(Failure) -> Bool? {
        guard let value = value(key) else { return nil }
        guard let bool = value.bool else { throw wrong(key, "must be true or false") }
        return bool
    }

    /// The table `key`, or nil where there is none.
    mutating func table(_ key: String) throws(Failure) -> ConfigTable? {
        guard let value = value(key) else { return nil }
        guard let table = value.table else {
            throw wrong(key, "must be a table, [\((path + [key]).joined(separator: "."))]")
        }
        var child = ConfigTable(table, at: path + [key], in: self)
        child.start = start
        return child
    }

    /// The tables `[[key]]`, in the order of the file.
    mutating func tables(_ key: String) throws(Failure) -> [ConfigTable] {
        guard let value = value(key) else { return [] }
        let elements = value.array.map { Array($0) } ?? []
        let tables = elements.compactMap(\.table)
        guard value.array != nil, tables.count == elements.count else {
            throw wrong(key, "must be tables, [[\((path + [key]).joined(separator: "."))]]")
        }
        let starts = lines.indices.filter { index in
            let line = lines[index].filter { !$0.isWhitespace }
            return line.hasPrefix("[[\((path + [key]).joined(separator: "."))]]")
        }
        return tables.enumerated().map { number, table in
            var element = ConfigTable(table, at: path + [key], in: self)
            element.start = starts.count == tables.count ? starts[number] : nil
            return element
        }
    }

    /// To be called when every key has been asked for.
    func rejectUnknownKeys() throws(Failure) {
        guard let stranger = table.keys.filter({ !known.contains($0) }).min() else { return }
        let choice = known.sorted().joined(separator: ", ")
        throw wrong(stranger, "is not a known key; here may stand \(choice)")
    }

    /// A failure that names the file, the line and the key.
    func wrong(_ key: String, _ what: String) -> Failure {
        Failure(ExitStatus.configuration, "\(place(of: key)): \((path + [key]).joined(separator: ".")) \(what)")
    }

    /// Where a key of this table stands, `file:line`; the file alone where its line is not seen.
    func place(of key: String) -> String {
        line(of: key).map { "\(file):\($0)" } ?? file
    }

    private mutating func value(_ key: String) -> (any TOMLValueConvertible)? {
        known.insert(key)
        return table[key]
    }

    /// The line on which `key` of this table stands: TOMLKit keeps no positions. Where a key is written in a way that
    /// this does not see (dotted, in an inline table), there is no line rather than a wrong one.
    private func line(of key: String) -> Int? {
        if let start {
            for index in (start + 1)..<max(start + 1, lines.count) {
                if lines[index].trimmingPrefix(while: \.isWhitespace).first == "[" { break }
                // A table within one of several is written with dots: `when.text = …`.
                let name = Self.bare(lines[index].prefix { $0 != "=" })
                if lines[index].contains("="), name == key || name.hasSuffix("." + key) { return index + 1 }
            }
            return start + 1
        }
        var section: [String] = []
        for (index, line) in lines.enumerated() {
            let line = line.trimmingPrefix(while: \.isWhitespace)
            if line.first == "[" {
                section = line.drop { $0 == "[" }.prefix { $0 != "]" }.split(separator: ".").map(Self.bare)
                if section.starts(with: path + [key]) { return index + 1 }
            } else if section == path, line.contains("="), Self.bare(line.prefix { $0 != "=" }) == key {
                return index + 1
            }
        }
        return nil
    }

    private static func bare(_ key: Substring) -> String {
        String(key.filter { !$0.isWhitespace && $0 != "\"" && $0 != "'" })
    }

    private static func read(_ path: String) throws(Failure) -> (text: String, isWorldReadable: Bool) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else {
            throw Failure(
                ExitStatus.configuration, "\(path): the configuration cannot be read: \(systemMessage(errno))")
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw Failure(ExitStatus.configuration, "\(path): the configuration must be a file")
        }
        // Who may write it decides whose mail is counted where.
        guard status.st_mode & S_IWOTH == 0 else {
            throw Failure(
                ExitStatus.configuration, "\(path): everybody may write this configuration; do chmod o-w on it first")
        }
        guard status.st_uid == 0 || status.st_uid == geteuid() else {
            throw Failure(
                ExitStatus.configuration,
                "\(path): this configuration belongs to another user (uid \(status.st_uid)); do chown root on it first")
        }
        let contents: FileContents
        do {
            contents = try readDescriptor(descriptor, limit: sizeLimit, expected: Int(status.st_size))
        } catch {
            throw Failure(ExitStatus.configuration, "\(path): the configuration \(error.sentence)")
        }
        guard !contents.isCut else {
            throw Failure(ExitStatus.configuration, "\(path): the configuration is longer than \(sizeLimit) bytes")
        }
        guard let text = String(validating: contents.bytes, as: UTF8.self) else {
            throw Failure(ExitStatus.configuration, "\(path): the configuration is not UTF-8")
        }
        return (text, status.st_mode & S_IROTH != 0)
    }
}
