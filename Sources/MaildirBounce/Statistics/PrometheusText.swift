import Bytes

/// Writes the text format in which Prometheus reads figures, version 0.0.4
/// (https://prometheus.io/docs/instrumenting/exposition_formats/).
struct PrometheusText {
    enum Kind: String {
        /// Only grows.
        case counter
        case gauge
    }

    private(set) var text = ""
    /// The label that every sample has, formatted to precede others.
    private let common: String

    /// - Parameter label: a label that every sample gets; its value may hold anything.
    init(label: (name: String, value: String)) {
        common = "\(label.name)=\"\(Self.escaped(label.value))\""
    }

    mutating func add(_ name: String, _ kind: Kind, _ help: String, _ value: Int) {
        begin(name, kind, help)
        text += "\(name){\(common)} \(value)\n"
    }

    /// A time that is given in milliseconds and written in seconds, the unit of every time there.
    mutating func add(_ name: String, _ kind: Kind, _ help: String, milliseconds: Int64) {
        let fraction = String(milliseconds % 1_000)
        let zeros = String(repeating: "0", count: 3 - fraction.count)
        begin(name, kind, help)
        text += "\(name){\(common)} \(milliseconds / 1_000).\(zeros)\(fraction)\n"
    }

    /// A sample for each value of a label, in the order of these values.
    mutating func add(_ name: String, _ kind: Kind, _ help: String, by label: String, _ values: [String: Int]) {
        begin(name, kind, help)
        for (value, count) in values.sorted(by: { $0.key < $1.key }) {
            text += "\(name){\(common),\(label)=\"\(Self.escaped(value))\"} \(count)\n"
        }
    }

    private mutating func begin(_ name: String, _ kind: Kind, _ help: String) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
    }

    /// The value of a label. The format escapes a backslash, a quotation mark and a line feed; what nobody would see is
    /// written as elsewhere.
    static func escaped(_ value: String) -> String {
        var escaped = String.UnicodeScalarView()
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\\", "\"": escaped.append(contentsOf: ["\\", scalar])
            case "\n": escaped.append(contentsOf: ["\\", "n"])
            case _ where isHidden(scalar.value):
                escaped.append(contentsOf: ["\\"])
                escaped.append(contentsOf: terminalSafe(String(scalar)).unicodeScalars)
            default: escaped.append(scalar)
            }
        }
        return String(escaped)
    }
}
