import ArgumentParser
import Ledger

/// The addresses that a command is about: on its command line, or one a line in a file or on standard input.
struct AddressSource: ParsableArguments {
    @Argument(help: "The addresses, or - to read them from standard input, one a line.")
    var addresses: [String] = []

    @Option(help: ArgumentHelp("Read the addresses from a file, one a line; - is standard input.", valueName: "file"))
    var from: String?

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

    /// Takes an action for each into the ledger.
    ///
    /// - Parameter own: addresses to which it must not be done.
    func take(
        excluding own: OwnAddresses? = nil, into open: () throws -> LedgerStore, action: (String) -> ManualAction
    ) throws -> Intake.Tally {
        var intake = Intake(
            onError: skipInvalid ? .skip : .stop, unit: from == nil ? "address" : "line",
            hint: "give --skip-invalid to take the rest, or mend the list")
        func item(_ number: Int, _ address: String) -> Intake.Item {
            guard let canonical = CanonicalAddress(address) else { return .broken(number, noAddress(address)) }
            if own?.contains(canonical) == true { return .broken(number, ownAddressRefusal(canonical.text)) }
            return .action(action(address))
        }
        if let from {
            let lines = try LineReader(from)
            var parser = ListParser(.text)
            try intake.take(
                from: { () throws(Failure) in
                    while let line = try lines.next() {
                        switch parser.parse(line) {
                        case .entry(let entry): return item(line.number, entry.address)
                        case .broken(let problem): return .broken(line.number, problem)
                        case .nothing: continue
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

/// What is wrong with what should be an address.
func noAddress(_ text: String) -> String {
    let shown = String(text.prefix(shownCharacters))
    return "\(shown)\(shown.count < text.count ? "…" : ""): this is no mail address"
}

/// Of what is no address so much is shown.
private let shownCharacters = 80
