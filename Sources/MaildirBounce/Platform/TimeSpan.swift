import ArgumentParser

/// A span of time as a person gives it: `90s`, `30m`, `24h`, `2d`.
struct TimeSpan: ExpressibleByArgument, Comparable, Sendable {
    let seconds: Int64

    init(seconds: Int64) { self.seconds = seconds }

    init?(argument: String) {
        guard let unit = argument.last, let size = Self.units.first(where: { $0.letter == unit })?.seconds,
            let number = Int64(argument.dropLast()), number > 0
        else { return nil }
        let (seconds, isTooLarge) = number.multipliedReportingOverflow(by: size)
        guard !isTooLarge else { return nil }
        self.seconds = seconds
    }

    /// In the largest unit that loses nothing, as it is given.
    var defaultValueDescription: String {
        guard let unit = Self.units.first(where: { seconds % $0.seconds == 0 }) else { return "\(seconds)s" }
        return "\(seconds / unit.seconds)\(unit.letter)"
    }

    /// In the largest unit of which there are two or more, for a person; what is left over is dropped.
    var words: String {
        guard let unit = Self.units.first(where: { seconds >= 2 * $0.seconds }) else { return "\(seconds) s" }
        return "\(seconds / unit.seconds) \(unit.word)"
    }

    static func < (left: TimeSpan, right: TimeSpan) -> Bool { left.seconds < right.seconds }

    private static let units: [(letter: Character, word: String, seconds: Int64)] = [
        ("d", "d", 86_400), ("h", "h", 3_600), ("m", "min", 60), ("s", "s", 1),
    ]
}
