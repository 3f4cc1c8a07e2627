/// The bytes that are written in hexadecimal, blanks between them.
func hex(_ digits: String) -> [UInt8] { digits.split(separator: " ").compactMap { UInt8($0, radix: 16) } }

func string(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
