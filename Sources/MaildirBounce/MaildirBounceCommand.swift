import ArgumentParser

import Logging
import TOMLKit
@main struct MaildirBounceCommand: ParsableCommand {
    mutating func run() throws { print("hi") }
}
