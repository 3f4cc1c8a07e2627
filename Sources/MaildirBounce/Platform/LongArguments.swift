import ArgumentParser

/// A command that takes any number of words, such as addresses or paths.
protocol WordsCommand: ParsableCommand {
    /// The words, in the order of the command line.
    var words: [String] { get set }
}

/// A command line with most of its words set aside.
///
/// The general parser takes time quadratic in the length of the command line. Words after a word do not belong to
/// options, and everything after `--` is a word, so a run of these is passed to it as one word, and restored
/// afterwards.
struct LongArguments {
    /// Runs that are not longer are left as they are.
    static let shortestRun = 16
    /// The longest command line that the general parser gets completely, if the command takes no list of words.
    static let longestGeneral = 1_000

    /// The command line with a placeholder for each run.
    private(set) var short: [String] = []
    private var runs: [String: ArraySlice<String>] = [:]

    /// - Parameter arguments: those after the name of the command, or of a group of commands: the first word, which may be
    ///   a name, is never set aside.
    init(_ arguments: ArraySlice<String>) {
        var index = arguments.startIndex
        while index < arguments.endIndex {
            let argument = arguments[index]
            short.append(argument)
            index += 1
            let isTerminator = argument == "--"
            guard isTerminator || Self.isWord(argument) else { continue }
            var end = index
            while end < arguments.endIndex, isTerminator || Self.isWord(arguments[end]) { end += 1 }
            if end - index > Self.shortestRun {
                // The first one stays: it may be the name of a command.
                short.append(arguments[index])
                let run = arguments[(index + 1)..<end]
                var standIn = "… and \(run.count) more"
                while runs[standIn] != nil || arguments.contains(standIn) { standIn += "…" }
                runs[standIn] = run
                short.append(standIn)
            } else {
                short += arguments[index..<end]
            }
            index = end
        }
    }

    /// Whether something was set aside.
    var isShortened: Bool { !runs.isEmpty }

    /// The words with the runs restored.
    func restored(_ words: [String]) -> [String] {
        words.flatMap { word in runs[word] ?? [word] }
    }

    private static func isWord(_ argument: String) -> Bool { !argument.utf8.starts(with: "-".utf8) || argument == "-" }
}
