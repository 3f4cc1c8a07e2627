import ArgumentParser
import Ledger

/// What to do with a list that has invalid lines.
enum OnError: String, CaseIterable, ExpressibleByArgument {
    /// Nothing is imported.
    case stop
    /// The valid lines are imported.
    case skip
}

/// Imports a list into the ledger as actions by hand, in one transaction and in constant memory: all of it, the valid
/// lines, or nothing.
///
/// Invalid lines are reported by number, up to a limit, and counted. The ledger is opened only when there is something
/// to write, so a list that is invalid at its beginning does not create one.
struct Intake {
    enum Item {
        case action(ManualAction)
        case domain(DomainAction)
        /// The number of the line or address, and what is wrong with it.
        case broken(Int, String)
        /// A suppression that has already ended.
        case ended
        /// The list names the address, and does not suppress it.
        case free
    }

    /// What is written at a time.
    struct Page {
        var actions: [ManualAction] = []
        var domains: [DomainAction] = []

        var count: Int { actions.count + domains.count }

        fileprivate var parts: [ActionPage] {
            (actions.isEmpty ? [] : [.actions(actions)]) + (domains.isEmpty ? [] : [.domains(domains)])
        }
    }

    struct Tally {
        var written = 0
        var known = 0
        /// Older than a release, which still holds.
        var released = 0
        var ended = 0
        /// Named in the list as addresses that may be mailed.
        var free = 0
        /// How many of the written ones do not change the current state.
        var needless = 0
        var broken = NamedProblems()

        /// `3 suppressed, 1 already known, 2 broken and left out`.
        func sentence(_ verb: String) -> String {
            var parts = ["\(written - needless) \(verb)"]
            if needless > 0 { parts.append("\(needless) not suppressed before") }
            if known > 0 { parts.append("\(known) already known") }
            if released > 0 { parts.append("\(released) released since and not suppressed") }
            if ended > 0 { parts.append("\(ended) ended by now and left out") }
            if free > 0 { parts.append("\(free) not suppressed by the list and left out") }
            if broken.count > 0 { parts.append("\(broken.count) broken and left out") }
            return parts.joined(separator: ", ")
        }
    }

    /// How many are written at a time.
    static let page = 10_000

    let onError: OnError
    /// What is counted, such as `line`.
    let unit: String
    /// The hint to print if lines are invalid and nothing is imported.
    let hint: String
    /// Is shown each page before it is written; the ledger is open by then.
    var look: (Page) throws -> Void = { _ in }
    private(set) var tally = Tally()
    private var isOver = false

    init(onError: OnError, unit: String, hint: String) {
        self.onError = onError
        self.unit = unit
        self.hint = hint
    }

    /// - Throws: a failure with status 65 if nothing was imported because some or all lines are invalid.
    mutating func take(from next: () throws(Failure) -> Item?, into open: () throws -> LedgerStore) throws {
        let first = try page(next)
        if !mustStop, first.count > 0 { try record(first, next, open()) }
        try conclude(next)
    }

    private mutating func record(
        _ first: Page, _ next: () throws(Failure) -> Item?, _ ledger: LedgerStore
    ) throws {
        var waiting = first.parts[...]
        var rest = self
        var counts = (written: 0, known: 0, released: 0)
        var failure: (any Error)?
        try look(first)
        let isWritten = try ledger.record(
            from: {
                if let part = waiting.popFirst() { return part }
                do {
                    let page = try rest.page(next)
                    if rest.mustStop { return .abandon }
                    if page.count > 0 { try look(page) }
                    waiting = page.parts[...]
                    return waiting.popFirst() ?? .end
                } catch {
                    failure = error
                    return .abandon
                }
            },
            each: { outcomes in
                for outcome in outcomes {
                    switch outcome {
                    case .done: counts.written += 1
                    case .released: counts.released += 1
                    case .alreadyKnown, .notAnAddress: counts.known += 1
                    }
                }
            })
        if let failure { throw failure }
        self = rest
        if isWritten { (tally.written, tally.known, tally.released) = counts }
    }

    private var mustStop: Bool { onError == .stop && tally.broken.count > 0 }

    /// Some actions; none only at the end.
    private mutating func page(_ next: () throws(Failure) -> Item?) throws(Failure) -> Page {
        var page = Page()
        while page.count < Intake.page {
            guard let item = try next() else {
                isOver = true
                break
            }
            switch item {
            case .action(let action): if !mustStop { page.actions.append(action) }
            case .domain(let action): if !mustStop { page.domains.append(action) }
            case .ended: tally.ended += 1
            case .free: tally.free += 1
            case .broken(let number, let problem): report(number, problem)
            }
        }
        return page
    }

    private mutating func report(_ number: Int, _ problem: String) {
        if tally.broken.add() { Log().warning("\(unit) \(number): \(problem)") }
    }

    /// Reports the remaining invalid lines, and why nothing was imported.
    private mutating func conclude(_ next: () throws(Failure) -> Item?) throws {
        while mustStop, !isOver { _ = try page(next) }
        if tally.broken.untold > 0 { Log().warning("and \(tally.broken.untold) more that are broken") }
        let broken = tally.broken.count
        guard broken > 0, mustStop || tally.written + tally.known + tally.ended + tally.free == 0 else { return }
        let what = "\(broken) \(unit)\(broken == 1 ? " is" : unit == "address" ? "es are" : "s are") broken"
        throw Failure(ExitStatus.dataError, "nothing was changed: \(what); \(mustStop ? hint : "check the list")")
    }
}
