import Maildir

/// Takes the messages of one batch, which the ledger knows, out of new/, and makes that durable.
struct BatchMove: Sendable {
    let maildir: Maildir
    let archive: Archive?
    /// Where they are.
    var folder = Maildir.Folder.new
    let messages: [Message]

    struct Message: Sendable {
        let name: MessageName
        let destination: Destination
        /// Whether an earlier run may have moved it.
        let isKnown: Bool
    }

    /// Why one message did not move.
    struct Problem: Sendable {
        var error: MaildirError
        /// Whether an earlier run has counted it, so that this one did nothing about it.
        var isKnown: Bool
    }

    /// What did not move.
    struct Problems: Sendable {
        /// Of single messages: the ledger knows them, and the next run tries again.
        var single: [Problem] = []
        /// Why the rest was not moved.
        var last: MaildirError?
    }

    func carryOut() -> Problems {
        var problems = Problems()
        do throws(MaildirError) {
            for message in messages {
                do throws(MaildirError) {
                    try move(message)
                } catch {
                    guard error.isOfOneMessage || isOfOneFolder(error, message) else { throw error }
                    problems.single.append(Problem(error: error, isKnown: message.isKnown))
                }
            }
            // The target first: a message must be safe there before it is gone here.
            try archive?.syncFolders()
            try maildir.syncFolders()
        } catch {
            problems.last = error
        }
        return problems
    }

    /// Whether only the archive's folder for the message's class cannot be used, so that messages of other classes can still
    /// be moved.
    private func isOfOneFolder(_ error: MaildirError, _ message: Message) -> Bool {
        guard let archive, let folder = message.destination.archiveFolder else { return false }
        switch error.category {
        case .permission, .cannotWrite, .noSuchMaildir, .notRegular: return archive.isPath(error.path, in: folder)
        case .vanished, .tryAgain, .ioError: return false
        }
    }

    private func move(_ message: Message) throws(MaildirError) {
        if let archive, let folder = message.destination.archiveFolder {
            try maildir.move(
                message.name, from: self.folder, into: archive.folder(named: folder), flags: message.destination.flags,
                mayStandThere: message.isKnown)
        } else {
            try maildir.move(message.name, from: folder, to: .cur(flags: message.destination.flags))
        }
    }
}
