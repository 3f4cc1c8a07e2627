extension String {
    /// The text with each such ASCII character written as `replacement`.
    ///
    /// It works on bytes: for Swift a quotation mark with a combining accent is a different character, but not for the
    /// program that reads the text.
    func replacing(ascii character: Unicode.Scalar, with replacement: String) -> String {
        let byte = UInt8(ascii: character)
        guard utf8.contains(byte) else { return self }
        var result: [UInt8] = []
        result.reserveCapacity(utf8.count + 8 * replacement.utf8.count)
        for next in utf8 {
            if next == byte { result.append(contentsOf: replacement.utf8) } else { result.append(next) }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
