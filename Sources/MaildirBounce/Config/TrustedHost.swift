import Bytes
import Glibc
import Verdict

/// A host or network whose reports are believed: an entry of `[trust] relays` or `feedback_loops`.
enum TrustedHost: Sendable, Equatable {
    /// A domain; with a dot before it, all below it.
    case domain(String)
    /// The first `bits` of an IP address.
    case network([UInt8], bits: Int)

    /// Reads `mx.relay.example`, `.relay.example`, `192.0.2.1`, `192.0.2.0/24` or `2001:db8::/32`; `nil` if it is none of
    /// these.
    init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        if let address = TrustedHost.address(parts[0]) {
            guard parts.count == 2 else {
                guard parts.count == 1 else { return nil }
                self = .network(address, bits: 8 * address.count)
                return
            }
            guard let bits = Int(parts[1]), (1...(8 * address.count)).contains(bits) else { return nil }
            self = .network(address, bits: bits)
            return
        }
        let domain = text.lowercased()
        guard parts.count == 1, domain.contains(where: { $0 != "." }), domain.utf8.contains(UInt8(ascii: ".")),
            domain.utf8.allSatisfy({ $0.isWord || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") })
        else { return nil }
        self = .domain(domain)
    }

    /// Whether our servers say that the message came from here: the host that handed it over, by address or by its
    /// name that was looked up, or the domain that it is authenticated for.
    func vouches(for provenance: Provenance) -> Bool {
        switch self {
        case .domain(let domain):
            return ([provenance.peerName].compactMap(\.self) + provenance.authenticated).contains {
                domain.hasPrefix(".") ? $0.hasSuffix(domain) && $0 != domain : $0 == domain
            }
        case .network(let network, let bits):
            guard let address = provenance.peerAddress.flatMap(TrustedHost.address), address.count == network.count
            else {
                return false
            }
            return (0..<bits).allSatisfy { bit in
                let mask: UInt8 = 0x80 >> UInt8(bit % 8)
                return address[bit / 8] & mask == network[bit / 8] & mask
            }
        }
    }

    /// The bytes of an IP address; an IPv4 address in IPv6's form is an IPv4 address.
    private static func address(_ text: String) -> [UInt8]? {
        var four = in_addr()
        if inet_pton(AF_INET, text, &four) == 1 { return withUnsafeBytes(of: four) { Array($0) } }
        var six = in6_addr()
        guard inet_pton(AF_INET6, text, &six) == 1 else { return nil }
        let bytes = withUnsafeBytes(of: six) { Array($0) }
        let isMapped = bytes[..<10].allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF
        return isMapped ? Array(bytes[12...]) : bytes
    }
}
