import ArgumentParser

/// How a command that lists things writes them.
enum ListFormat: String, CaseIterable, ExpressibleByArgument {
    case text
    case jsonl
    case csv
}

/// How a command writes what has too much in it for a table.
enum RecordFormat: String, CaseIterable, ExpressibleByArgument {
    case text
    case jsonl
}

/// `--config FILE`, for every command that an installation's settings change.
struct ConfigOptions: ParsableArguments {
    @Option(
        name: .customLong("config"),
        help: ArgumentHelp(
            "Configuration file (TOML).",
            discussion: "Without it \(Configuration.defaultPath) is read where it exists. Options win over the file.",
            valueName: "file"))
    var path: String?

    func load() throws(Failure) -> Configuration { try Configuration.load(path) }
}
