import ArgumentParser

/// A command line of which nothing needs to be understood: options with a value after each, flags, and what else there is.
///
/// The general reader of command lines looks at what each command can be asked, by reflection, which takes longer than most
/// of our runs. What cron runs every few minutes, a pipe once a message and a sending script once an address is therefore read
/// here first; what does not fit is for the general reader to understand or to refuse.
struct PlainArguments {
    private(set) var options: [String: String] = [:]
    private(set) var flags = Set<String>()
    /// What comes after no option, in its order.
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

/// A command that has a plain form, which needs no general reader.
protocol PlainCommand: ParsableCommand {
    /// `nil` if the arguments, without the command's name, are not of the plain form.
    init?(plain arguments: some Sequence<String>)
}
