import ArgumentParser

/// A simple command line: options with a value, flags, and words.
///
/// The general parser inspects each command by reflection, which takes longer than most of our runs. The command lines
/// that cron runs every few minutes, a pipe for each message and a sending script for each address are therefore tried
/// here first; everything else is left to the general parser.
struct PlainArguments {
    private(set) var options: [String: String] = [:]
    private(set) var flags = Set<String>()
    /// The words that belong to no option, in order.
    private(set) var words: [String] = []

    /// - Parameters:
    ///   - options: the options that take a value, with their dashes. One that is given twice does not fit.
    ///   - flags: the options that take none.
    init?(_ arguments: some Sequence<String>, options: [String], flags: [String] = []) {
        var rest = arguments.makeIterator()
        while let argument = rest.next() {
            if options.contains(argument) {
                guard let value = rest.next(), !value.hasPrefix("-"),
                    self.options.updateValue(value, forKey: argument) == nil
                else { return nil }
            } else if flags.contains(argument) {
                self.flags.insert(argument)
            } else {
                guard !argument.hasPrefix("-") else { return nil }
                words.append(argument)
            }
        }
    }
}

/// A command with a plain form, which does not need the general parser.
protocol PlainCommand: ParsableCommand {
    /// `nil` if the arguments, without the command's name, are not of the plain form.
    init?(plain arguments: some Sequence<String>)
}
