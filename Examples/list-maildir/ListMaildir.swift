import Foundation
import Maildir

/// Lists what is in new/ of a Maildir: seconds since 1970, bytes, name. With --take each message moves to cur/, as seen.
///
///     list-maildir [--take] MAILDIR
@main
struct ListMaildir {
    static func main() {
        var arguments = CommandLine.arguments.dropFirst()
        let takes = arguments.first == "--take"
        if takes { arguments.removeFirst() }
        guard let path = arguments.first, arguments.count == 1 else {
            say("usage: list-maildir [--take] MAILDIR")
            exit(64)
        }
        do {
            let maildir = try Maildir(opening: path)
            for name in try maildir.listNew() {
                try show(name, in: maildir, takes: takes)
            }
            // Only now is what was moved sure to survive a power cut.
            try maildir.syncFolders()
        } catch {
            say("\(error)")
            exit(error.category == .noSuchMaildir ? 66 : 75)
        }
    }

    /// One message; what is none, or is gone already, does not stop the others.
    private static func show(_ name: MessageName, in maildir: Maildir, takes: Bool) throws(MaildirError) {
        do {
            let message = try maildir.read(name, from: .new, maximum: 1 << 20)
            let arrival = name.deliverySeconds ?? message.modificationSeconds
            print("\(arrival)\t\(message.size)\t\(name)")
            if takes {
                let taken = try maildir.move(name, to: .cur(flags: "S"))
                print("\tnow cur/\(taken)")
            }
        } catch {
            switch error.category {
            case .vanished, .notRegular: say("\(error)")
            default: throw error
            }
        }
    }

    private static func say(_ line: String) {
        FileHandle.standardError.write(Data("list-maildir: \(line)\n".utf8))
    }
}
