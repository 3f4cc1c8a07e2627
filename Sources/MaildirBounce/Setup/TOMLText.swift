import Bytes

extension String {
    /// The text as a basic string of TOML (toml.io, "String"), in its quotes.
    var tomlQuoted: String {
        var quoted = "\""
        for scalar in unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            default:
                if scalar.isASCII, UInt8(ascii: scalar).isControl {
                    quoted += "\\u" + hexadecimal(scalar.value, digits: 4, isUpperCase: true)
                } else {
                    quoted.unicodeScalars.append(scalar)
                }
            }
        }
        return quoted + "\""
    }
}
