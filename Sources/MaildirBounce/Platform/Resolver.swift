import Bytes
internal import CResolv
import Glibc

/// Asks the DNS, through the C library's resolver.
struct Resolver {
    /// The types that we ask for, with their numbers (RFC 1035, section 3.2.2; RFC 3596).
    enum RecordType: Int32 {
        case address4 = 1
        case alias = 5
        case mailExchanger = 15
        case text = 16
        case address6 = 28
    }

    /// A server to ask instead of those of /etc/resolv.conf.
    struct Server: Equatable {
        let address: String
        let port: UInt16

        /// `ADDRESS` or `ADDRESS:PORT`, IPv4; nil for anything else.
        init?(_ text: String) {
            let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
            var binary = in_addr()
            guard (1...2).contains(parts.count), inet_pton(AF_INET, parts[0], &binary) == 1 else { return nil }
            guard let port = parts.count == 1 ? 53 : UInt16(parts[1]), port > 0 else { return nil }
            address = parts[0]
            self.port = port
        }
    }

    var server: Server?

    /// The longest message that DNS can carry over TCP, in bytes.
    private static let answerLimit = 65_535
    /// The longest name in letters that dn_expand(3) makes, with its NUL.
    private static let nameLimit = 1_025

    func ask(_ name: String, _ type: RecordType) -> DNSAnswer {
        var message = [UInt8](repeating: 0, count: Self.answerLimit)
        let length =
            if let server {
                cresolv_query(server.address, server.port, name, type.rawValue, &message, Int32(message.count))
            } else {
                cresolv_query(nil, 0, name, type.rawValue, &message, Int32(message.count))
            }
        guard length >= 0 else {
            switch -length {
            case HOST_NOT_FOUND: return .noName
            case NO_DATA: return .noData
            default: return .failed
            }
        }
        let records = Self.records(message, Int(length))
        return DNSAnswer(outcome: records.isEmpty ? .noData : .found, records: records)
    }

    /// Both kinds of addresses.
    func addresses(_ name: String) -> DNSAnswer { ask(name, .address4).joined(ask(name, .address6)) }

    /// The records of a message that can be read; what cannot is passed over.
    static func records(_ message: [UInt8], _ length: Int) -> [DNSRecord] {
        var records: [DNSRecord] = []
        message.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            let length = Int32(min(length, buffer.count))
            var (type, size) = (Int32(0), Int32(0))
            var data: UnsafePointer<UInt8>?
            while cresolv_record(base, length, Int32(records.count), &type, &data, &size) == 0, let start = data {
                let bytes = UnsafeBufferPointer(start: start, count: Int(size))
                func name(at offset: Int) -> String {
                    var name = [CChar](repeating: 0, count: nameLimit)
                    guard offset < bytes.count,
                        cresolv_name(base, length, start + offset, &name, Int32(nameLimit)) >= 0
                    else { return "?" }
                    return textBeforeNUL(name)
                }
                switch RecordType(rawValue: type) {
                case .mailExchanger where bytes.count > 2:
                    let preference = Int(bytes[0]) << 8 | Int(bytes[1])
                    records.append(.mailExchanger(preference: preference, host: name(at: 2).lowercased()))
                case .address4 where bytes.count == 4: records.append(.address(address(AF_INET, bytes)))
                case .address6 where bytes.count == 16: records.append(.address(address(AF_INET6, bytes)))
                case .text: records.append(.text(text(bytes)))
                case .alias: records.append(.alias(name(at: 0).lowercased()))
                // An index counts every record, so one that we do not know is kept as an empty text.
                default: records.append(.text(""))
                }
            }
        }
        return records
    }

    private static func address(_ family: Int32, _ bytes: UnsafeBufferPointer<UInt8>) -> String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        inet_ntop(family, bytes.baseAddress, &text, socklen_t(text.count))
        return textBeforeNUL(text)
    }

    /// The strings of a TXT record, each after its length.
    private static func text(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
        var text: [UInt8] = []
        var index = 0
        while index < bytes.count {
            let end = min(index + 1 + Int(bytes[index]), bytes.count)
            text += bytes[(index + 1)..<end]
            index = end
        }
        return String(decoding: text, as: UTF8.self)
    }
}
