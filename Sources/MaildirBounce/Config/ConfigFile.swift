import Bytes
import Glibc
import TOML

/// A table of a configuration file.
///
/// Every key has to be asked for before ``rejectUnknownKeys()``: a misspelt key is an error and never silently a default.
/// Each error names the file, the line and the column.
struct ConfigTable {
    let file: String
    /// Whether users who are neither the owner nor in the group may read the file.
    let isWorldReadable: Bool
    private let table: TOMLTable
    /// Where the table starts.
    private let position: TOMLPosition
    /// The tables that lead here, `["policy", "soft"]`.
    private let path: [String]
    private var known: Set<String> = []

    /// Reads and parses the file at `path`.
    init(file path: String) throws(Failure) {
        let (text, isWorldReadable) = try Self.read(path)
        try self.init(text: text, file: path, isWorldReadable: isWorldReadable)
    }

    /// Parses the `text` that was read from `file`.
    init(text: [UInt8], file: String, isWorldReadable: Bool) throws(Failure) {
        self.file = file
        self.isWorldReadable = isWorldReadable
        path = []
        position = TOMLPosition(line: 1, column: 1)
        do {
            table = try TOMLDocument(text).root
        } catch {
            throw Failure(ExitStatus.configuration, "\(file):\(error.position): \(error.message)")
        }
    }

    private init(_ table: TOMLTable, from position: TOMLPosition, at path: [String], in parent: ConfigTable) {
        file = parent.file
        isWorldReadable = parent.isWorldReadable
        self.table = table
        self.position = position
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
        guard let elements = value.array else { throw wrong(key, Self.listOfTexts) }
        var strings: [String] = []
        for element in elements {
            guard let string = element.string else { throw wrong(key, Self.listOfTexts, at: element.position) }
            guard !string.trimmingBlanks.isEmpty else {
                throw wrong(key, "must not hold an empty text", at: element.position)
            }
            strings.append(string)
        }
        return strings
    }

    mutating func integer(_ key: String, in range: ClosedRange<Int>) throws(Failure) -> Int? {
        guard let value = value(key) else { return nil }
        guard let integer = value.integer, range.contains(integer) else {
            throw wrong(key, "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return integer
    }

    mutating func bool(_ key: String) throws(Failure) -> Bool? {
        guard let value = value(key) else { return nil }
        guard let bool = value.bool else { throw wrong(key, "must be true or false") }
        return bool
    }

    /// The table `key`, or `nil` if there is none.
    /// A table of the policy: nothing if it is missing or sets nothing, as in a file where every number is a comment.
    mutating func numbers(_ key: String) throws(Failure) -> ConfigTable? {
        guard let table = try table(key), !table.table.entries.isEmpty else { return nil }
        return table
    }

    /// A table of texts by names of the user's choice.
    mutating func pairs(_ key: String) throws(Failure) -> [(key: String, value: String)] {
        guard var table = try table(key) else { return [] }
        var pairs: [(key: String, value: String)] = []
        for entry in table.table.entries {
            if let value = try table.string(entry.key) { pairs.append((entry.key, value)) }
        }
        return pairs
    }

    mutating func table(_ key: String) throws(Failure) -> ConfigTable? {
        guard let value = value(key) else { return nil }
        guard let table = value.table else { throw wrong(key, "must be a table, [\(name(of: key))]") }
        return ConfigTable(table, from: value.position, at: path + [key], in: self)
    }

    /// The tables `[[key]]`, in the order of the file.
    mutating func tables(_ key: String) throws(Failure) -> [ConfigTable] {
        guard let value = value(key) else { return [] }
        let complaint = "must be tables, [[\(name(of: key))]]"
        guard let elements = value.array else { throw wrong(key, complaint) }
        var tables: [ConfigTable] = []
        for element in elements {
            guard let table = element.table else { throw wrong(key, complaint, at: element.position) }
            tables.append(ConfigTable(table, from: element.position, at: path + [key], in: self))
        }
        return tables
    }

    /// To be called when every key has been asked for.
    func rejectUnknownKeys() throws(Failure) {
        guard let unknown = table.entries.first(where: { !known.contains($0.key) }) else { return }
        let choice = known.sorted().joined(separator: ", ")
        throw wrong(unknown.key, "is not a known key; allowed here: \(choice)", at: unknown.keyPosition)
    }

    /// A failure that names the file, where the value of `key` is, and the key.
    ///
    /// - Parameter place: another key to point to. If neither exists, the position is the start of the table.
    func wrong(_ key: String, _ what: String, at place: TOMLPosition? = nil) -> Failure {
        let place = place ?? table[key]?.value.position ?? position
        return Failure(ExitStatus.configuration, "\(file):\(place): \(name(of: key)) \(what)")
    }

    /// Where `key` is, `file:line:column`, or the table if it has no such key.
    func place(of key: String) -> String { "\(file):\(table[key]?.keyPosition ?? position)" }

    private static let listOfTexts = "must be a list of texts, [\"mail.example.com\"]"

    private func name(of key: String) -> String { (path + [key]).joined(separator: ".") }

    private mutating func value(_ key: String) -> TOMLValue? {
        known.insert(key)
        return table[key]?.value
    }

    /// Reads a file that only its trusted owner can have written.
    static func read(_ path: String) throws(Failure) -> (text: [UInt8], isWorldReadable: Bool) {
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
        // Whoever may write it decides what is counted and where.
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
            contents = try FileContents.read(
                descriptor: descriptor, limit: TOMLDocument.sizeLimit, expected: Int(status.st_size))
        } catch {
            throw Failure(ExitStatus.configuration, "\(path): the configuration \(error.sentence)")
        }
        guard !contents.isCut else {
            throw Failure(
                ExitStatus.configuration, "\(path): the configuration is longer than \(TOMLDocument.sizeLimit) bytes")
        }
        return (contents.bytes, status.st_mode & S_IROTH != 0)
    }
}
