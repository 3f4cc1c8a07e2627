/// The text that a call of the C library left in a buffer: all before the first NUL.
func textBeforeNUL(_ buffer: [CChar]) -> String {
    String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
