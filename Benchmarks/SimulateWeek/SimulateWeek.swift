import ArgumentParser
import Glibc
import Ledger
import LedgerPostgreSQL
import Week

/// Writes a week of reports into a ledger, as scans would, and says who is suppressed that should not be, and the other
/// way round; and what that took.
@main struct SimulateWeek: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate-week",
        abstract: "Simulate a week of reports in which a provider answers \"user unknown\" to everybody for two hours.")

    @Option(help: "How many reports.")
    var reports = 1_000_000

    @Option(help: "Another seed, another week.")
    var seed: UInt64 = 1

    @Option(help: "How many good addresses the failing provider has; else an eighth of the reports.")
    var good: Int?

    @Option(help: "How many reports are committed at once.")
    var batch = 1_000

    @Option(help: "The ledger to be made; without it a temporary one, which is removed.")
    var ledger: String?

    @Option(help: "policy.brake.minimum; else the default.")
    var minimum: Int?

    @Flag(help: "Without the brake: what it prevents.")
    var noBrake = false

    @Flag(help: "Commit in random order instead of the order of arrival.")
    var shuffled = false

    func run() throws {
        let folder = try ledger == nil ? temporaryFolder() : nil
        defer {
            if let folder { for name in ["", "-wal", "-shm"] { unlink("\(folder)/ledger.sqlite\(name)") } }
            if let folder { rmdir(folder) }
        }
        let path = ledger ?? "\(folder ?? ".")/ledger.sqlite"
        var policy = Policy()
        if let minimum { policy.brake?.minimum = minimum }
        if noBrake { policy.brake = nil }

        let week = Week(reports: reports, seed: seed, goodAtFailing: good)
        var order = Array(0..<Int32(week.count))
        if shuffled {
            var generator = Numbers(state: seed)
            order.shuffle(using: &generator)
        }
        say("reports", week.count)
        let store = try LedgerStore(path: path, mode: .readWrite, policy: policy)
        let memory = kibibytes("VmRSS")
        let began = seconds()
        for start in stride(from: 0, to: order.count, by: batch) {
            try store.commit(order[start..<min(start + batch, order.count)].map { week.event(Int($0)) })
        }
        let took = seconds() - began
        say("reports committed a second", Int(Double(week.count) / took))
        say("memory at the peak, KiB", kibibytes("VmHWM"))
        say("of which the simulation itself, KiB", memory)
        say("ledger, bytes", size(path))
        say("ledger's WAL, bytes", size(path + "-wal"))
        show("at the end of the week", try WeekResult(store))

        for episode in try store.brakes() {
            print(
                "held: \(episode.provider) \(episode.reason.text) from hour \((episode.start - Week.start) / 3_600) to "
                    + "\((episode.end - Week.start) / 3_600): \(episode.addresses) addresses, \(episode.held) would be "
                    + "suppressed")
        }
        try store.decideBrake(
            provider: Week.failing, reason: Token(.userUnknown), from: Week.failure.lowerBound,
            to: Week.failure.upperBound,
            .release, at: Week.start + Week.seconds)
        show("after the failure was released", try WeekResult(store))

        var mailed = Set<String>()
        for start in stride(from: 0, to: week.count, by: batch) {
            let events = (start..<min(start + batch, week.count)).compactMap(week.nextMailing)
            let left = try zip(
                events, store.check(events.map { $0.outcomes[0].address }, at: Week.start + Week.seconds)
            )
            .compactMap { $1 == .mayMail && mailed.insert($0.outcomes[0].address).inserted ? $0 : nil }
            try store.commit(left)
        }
        say("dead addresses that were mailed once more", mailed.count)
        show("after one more mailing", try WeekResult(store))
    }

    private func show(_ title: String, _ result: WeekResult) {
        print("\n\(title)")
        say("addresses", result.addresses)
        say("good, suppressed", result.goodSuppressed)
        say("good, held back by the brake", result.goodHeld)
        say("dead, suppressed", result.deadSuppressed)
        say("dead, held back by the brake", result.deadHeld)
        say("dead, forgotten", result.deadForgotten)
        say("full, suppressed", result.fullSuppressed)
        say("full, missed", result.fullMissed)
    }

    private func say(_ what: String, _ number: Int) {
        let digits = String(number)
        print(what + String(repeating: " ", count: max(1, 50 - what.count - digits.count)) + digits)
    }

    private func temporaryFolder() throws -> String {
        var template = Array("/var/tmp/simulate-week.XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { throw ValidationError("no temporary folder can be made") }
        return String(cString: made)
    }
}

private struct Numbers: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 1
        return mixed(state, state, 40)
    }
}

private func seconds() -> Double {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    return Double(now.tv_sec) + Double(now.tv_nsec) / 1e9
}

private func size(_ path: String) -> Int {
    var status = stat()
    return stat(path, &status) == 0 ? Int(status.st_size) : 0
}

/// A line of /proc/self/status.
private func kibibytes(_ name: String) -> Int {
    guard let file = fopen("/proc/self/status", "r") else { return 0 }
    defer { fclose(file) }
    var buffer = [CChar](repeating: 0, count: 256)
    while fgets(&buffer, Int32(buffer.count), file) != nil {
        let line = String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        if line.hasPrefix(name + ":") { return Int(line.filter(\.isNumber)) ?? 0 }
    }
    return 0
}
