extension UInt8 {
    /// The value of a hexadecimal digit, in either case; nil if it is not one.
    @inlinable package var hexadecimalValue: UInt8? {
        switch self {
        case 0x30...0x39: self - 0x30
        case 0x41...0x46: self - 0x41 + 10
        case 0x61...0x66: self - 0x61 + 10
        default: nil
        }
    }

    /// The two hexadecimal digits of a byte, in lower case.
    package var hexadecimalDigits: [UInt8] { [UInt8.hexadecimalDigit(self >> 4), UInt8.hexadecimalDigit(self & 0xF)] }

    /// The lower-case hexadecimal digit of 0...15.
    @inlinable package static func hexadecimalDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? 0x30 + value : 0x61 + value - 10
    }
}

/// A number in hexadecimal, padded with zeros to a number of digits.
package func hexadecimal(_ number: some FixedWidthInteger, digits: Int, isUpperCase: Bool = false) -> String {
    let text = String(number, radix: 16, uppercase: isUpperCase)
    return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
}
