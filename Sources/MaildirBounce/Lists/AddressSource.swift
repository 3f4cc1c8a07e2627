import ArgumentParser
import Ledger

/// The addresses, or the domains, that a command is about: on its command line, or one a line in a file or on standard
/// input.
struct AddressSource: ParsableArguments {
    @Argument(help: "The addresses, or - to read them from standard input, one a line.")
    var addresses: [String] = []

    @Option(help: ArgumentHelp("Read the addresses from a file, one a line; - is standard input.", valueName: "file"))
    var from: String?

    @Flag(
        name: .customLong("domain"),
        help: ArgumentHelp(
            "What is given are whole domains and no addresses.",
            discussion: "dest.example is that domain only, .dest.example every domain below it and not it."))
    var isDomains = false

    @Flag(help: "Pass over what is no address, and name it; without this nothing is done where one is wrong.")
    var skipInvalid = false

    mutating func validate() throws {
        if addresses == ["-"], from == nil {
            addresses = []
            from = "-"
        }
        guard addresses.isEmpty != (from == nil) else {
            throw ValidationError("give addresses, or --from FILE for a list of them, and not both")
        }
    }

    /// Writes an action for each into the ledger.
    ///
    /// - Parameters:
    ///   - own: addresses that must not be changed.
    ///   - look: called with a page of actions before they are written.
    func take(
        excluding own: OwnAddresses? = nil, into open: () throws -> LedgerStore, action: (String) -> ManualAction,
        look: @escaping (Intake.Page) throws -> Void = { _ in }
    ) throws -> Intake.Tally {
        try take(into: open, look: look) { number, address in
            if let problem = CanonicalAddress.problem(of: address) { return .broken(number, problem) }
            if let canonical = CanonicalAddress(address), own?.contains(canonical) == true {
                return .broken(number, OwnAddresses.refusal(of: canonical.text))
            }
            return .action(action(address))
        }
    }

    /// The same for domains.
    func takeDomains(
        excluding own: OwnAddresses? = nil, into open: () throws -> LedgerStore,
        action: (DomainPattern) -> DomainAction, look: @escaping (Intake.Page) throws -> Void = { _ in }
    ) throws -> Intake.Tally {
        try take(into: open, look: look) { number, text in
            guard let domain = DomainPattern(text) else { return .broken(number, DomainPattern.problem(of: text)) }
            if let refusal = own?.refusal(of: domain) { return .broken(number, refusal) }
            return .domain(action(domain))
        }
    }

    private func take(
        into open: () throws -> LedgerStore, look: @escaping (Intake.Page) throws -> Void,
        item: (Int, String) -> Intake.Item
    ) throws -> Intake.Tally {
        var intake = Intake(
            onError: skipInvalid ? .skip : .stop, unit: from != nil ? "line" : isDomains ? "domain" : "address",
            hint: "give --skip-invalid to take the rest, or correct the list")
        intake.look = look
        if let from {
            let lines = try LineReader(from)
            var parser = ListParser(.text)
            try intake.take(
                from: { () throws(Failure) in
                    while let line = try lines.next() {
                        switch parser.parse(line) {
                        case .entry(let entry): return item(line.number, entry.address)
                        case .broken(let problem): return .broken(line.number, problem)
                        case .nothing, .free: continue
                        }
                    }
                    return nil
                }, into: open)
        } else {
            var rest = addresses.enumerated().makeIterator()
            try intake.take(from: { rest.next().map { item($0.offset + 1, $0.element) } }, into: open)
        }
        return intake.tally
    }
}

extension CanonicalAddress {
    /// What is wrong with what should be an address, or nil where it is one and no pattern.
    ///
    /// `*@dest.example` is an address by the letter (RFC 5321), and means everybody there where a person writes it. In
    /// quotes it is the address.
    static func problem(of text: String) -> String? {
        guard let canonical = CanonicalAddress(text) else {
            let isPattern = text.contains("*") || text.drop { $0 == " " || $0 == "<" }.hasPrefix("@")
            return "\(shown(text)): this is no mail address" + (isPattern ? "; \(patternHint)" : "")
        }
        guard mayBePattern(text), !text.utf8.contains(UInt8(ascii: "\"")) else { return nil }
        let isPattern = canonical.text.utf8.dropLast(canonical.domain.utf8.count + 1).allSatisfy(wildcards.contains)
        return isPattern ? "\(shown(text)): this is a pattern and no mail address; \(patternHint)" : nil
    }

    /// Whether ``problem(of:)`` has to look at a text that is an address.
    static func mayBePattern(_ text: String) -> Bool {
        text.utf8.contains { $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "%") }
    }
}

/// What a local part consists of that is meant as a pattern.
private let wildcards = Set("*%?.".utf8)

private let patternHint = "a whole domain is suppressed with maildir-bounce suppress --domain dest.example"

extension DomainPattern {
    /// What is wrong with a text that should be a domain and is not.
    static func problem(of text: String) -> String {
        let hint =
            if text.contains("@") {
                "with --domain give what comes after the @"
            } else if text.contains("*") {
                "for every domain below dest.example give .dest.example"
            } else {
                "give one such as dest.example, or .dest.example for every domain below it"
            }
        return "\(shown(text)): this is no domain; \(hint)"
    }
}

/// The number of characters of an invalid address that are shown.
private let shownCharacters = 80

private func shown(_ text: String) -> String {
    let shown = String(text.prefix(shownCharacters))
    return shown.count < text.count ? shown + "…" : shown
}
