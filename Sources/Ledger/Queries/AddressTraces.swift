import Bytes

/// Finds addresses in texts of mails and notes in any spelling: in another case, in quotes, with `%` or a tag's `=` for
/// the at sign, escaped, with the domain first, or with an internationalized domain in Unicode.
struct AddressTraces {
    private struct Local {
        var bytes: [UInt8]
        /// The index of the address among those searched.
        var place: Int
    }

    private var localsOfDomain: [[UInt8]: [Local]] = [:]
    /// For each address, its longest part that is the same in every spelling; `nil` if there is none.
    private let cores: [String?]

    /// With more addresses than this, every text is searched instead of those that the database selects.
    private static let selectedAddresses = 4

    /// - Parameter addresses: canonical.
    init(_ addresses: [CanonicalAddress]) {
        cores = addresses.map { AddressTraces.core(of: $0) }
        for (place, address) in addresses.enumerated() {
            let local = Array(address.text.utf8.dropLast(address.domain.utf8.count + 1))
            var locals = [local]
            if local.count > 2, local.first == UInt8(ascii: "\"") {
                locals.append(Array(local.dropFirst().dropLast()))
            }
            var domains = [Array(address.domain.utf8)]
            if let other = CanonicalAddress.unicodeDomainForm(ofCanonical: address.text),
                let at = other.utf8.lastIndex(of: UInt8(ascii: "@"))
            {
                domains.append(Array(other.utf8[other.utf8.index(after: at)...]))
            }
            for domain in domains {
                localsOfDomain[domain, default: []] += locals.map { Local(bytes: $0, place: place) }
            }
        }
    }

    private static func core(of address: CanonicalAddress) -> String? {
        let local = address.text.utf8.dropLast(address.domain.utf8.count + 1)
        let runs = local.split { !$0.isLetterOrDigit }
        return runs.max { $0.count < $1.count }.map { String(decoding: $0, as: UTF8.self) }
    }

    /// An SQL condition on a column that every text with one of the addresses meets; empty if all texts should be
    /// searched.
    func condition(on column: String) -> String {
        let known = cores.compactMap(\.self)
        guard known.count == cores.count, cores.count <= AddressTraces.selectedAddresses else { return "" }
        // Letters and digits only.
        return " AND (" + known.map { "lower(\(column)) LIKE '%\($0)%'" }.joined(separator: " OR ") + ")"
    }

    /// The indices of the addresses that a text names.
    func found(in text: String?) -> Set<Int> {
        guard let text else { return [] }
        let bytes = Array(text.lowercased().utf8)
        var found = Set<Int>()
        find(in: bytes, &found)
        if let plain = AddressTraces.unescaped(bytes) { find(in: plain, &found) }
        return found
    }

    /// Whether a text of a report about an address names its local part alone, as `user secret.person unknown` does.
    static func names(_ text: String?, localPartOf address: CanonicalAddress) -> Bool {
        guard let text else { return false }
        let bytes = Array(text.lowercased().utf8)
        var local = Array(address.text.utf8.dropLast(address.domain.utf8.count + 1))
        if local.count > 2, local.first == UInt8(ascii: "\"") { local = Array(local.dropFirst().dropLast()) }
        guard !local.isEmpty, local.count <= bytes.count else { return false }
        for start in 0...(bytes.count - local.count)
        where bytes[start] == local[0] && bytes[start..<start + local.count].elementsEqual(local) {
            let end = start + local.count
            if start > 0, bytes[start - 1].isWord { continue }
            if end < bytes.count, bytes[end].isWord { continue }
            return true
        }
        return false
    }

    // MARK: Looking

    private func find(in bytes: [UInt8], _ found: inout Set<Int>) {
        var start = 0
        while start < bytes.count {
            guard let end = AddressTraces.endOfDomain(bytes, from: start) else {
                start += 1
                continue
            }
            var last = end
            while last > start, bytes[last - 1] == UInt8(ascii: ".") { last -= 1 }
            for local in localsOfDomain[Array(bytes[start..<last])] ?? [] {
                if AddressTraces.stands(local.bytes, before: start, in: bytes)
                    || AddressTraces.stands(local.bytes, behind: last, in: bytes)
                {
                    found.insert(local.place)
                }
            }
            start = end
        }
    }

    /// The end of the possible domain that begins here.
    private static func endOfDomain(_ bytes: [UInt8], from start: Int) -> Int? {
        var end = start
        if bytes[start] == UInt8(ascii: "[") {
            guard let close = bytes[start...].firstIndex(of: UInt8(ascii: "]")) else { return nil }
            return close + 1
        }
        while end < bytes.count,
            bytes[end].isWord || bytes[end] == UInt8(ascii: ".") || bytes[end] == UInt8(ascii: "-")
                || bytes[end] == UInt8(ascii: "_")
        {
            end += 1
        }
        return end == start ? nil : end
    }

    /// Whether a local part is before a domain: `local@domain`, `local=domain`, `local%domain`.
    private static func stands(_ local: [UInt8], before domain: Int, in bytes: [UInt8]) -> Bool {
        guard domain > 0, [UInt8(ascii: "@"), UInt8(ascii: "="), UInt8(ascii: "%")].contains(bytes[domain - 1]) else {
            return false
        }
        let isTag = bytes[domain - 1] != UInt8(ascii: "@")
        var ends = [domain - 1]
        if domain > 1, bytes[domain - 2] == UInt8(ascii: "\"") { ends.append(domain - 2) }
        return ends.contains { end in
            let start = end - local.count
            guard start >= 0, bytes[start..<end].elementsEqual(local) else { return false }
            guard start > 0 else { return true }
            let before = bytes[start - 1]
            // A longer local part is another address; in a tag the name of the list comes before it.
            if before.isWord || before == UInt8(ascii: ".") || before == UInt8(ascii: "_") { return false }
            return isTag || before != UInt8(ascii: "+") && before != UInt8(ascii: "-")
        }
    }

    /// Whether a local part is after a domain: `domain!local`, `domain=local`.
    private static func stands(_ local: [UInt8], behind domain: Int, in bytes: [UInt8]) -> Bool {
        guard domain < bytes.count, [UInt8(ascii: "!"), UInt8(ascii: "=")].contains(bytes[domain]) else { return false }
        let end = domain + 1 + local.count
        guard end <= bytes.count, bytes[domain + 1..<end].elementsEqual(local) else { return false }
        return end == bytes.count || !bytes[end].isWord && bytes[end] != UInt8(ascii: ".")
    }

    /// The text with `%40`, `=40` and the like decoded, or `nil` if there is nothing like it.
    private static func unescaped(_ bytes: [UInt8]) -> [UInt8]? {
        guard bytes.contains(UInt8(ascii: "%")) || bytes.contains(UInt8(ascii: "=")) else { return nil }
        var result = [UInt8]()
        result.reserveCapacity(bytes.count)
        var place = 0
        while place < bytes.count {
            let byte = bytes[place]
            if byte == UInt8(ascii: "%") || byte == UInt8(ascii: "="), place + 2 < bytes.count,
                let high = bytes[place + 1].hexadecimalValue, let low = bytes[place + 2].hexadecimalValue,
                (high << 4 | low).isVisible
            {
                result.append(high << 4 | low)
                place += 3
            } else {
                result.append(byte)
                place += 1
            }
        }
        return Array(String(decoding: result, as: UTF8.self).lowercased().utf8)
    }
}
