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
