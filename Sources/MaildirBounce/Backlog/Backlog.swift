import Bytes
import Classifier
import Glibc
import Ledger
import Maildir

/// The messages of some sources, one at a time and in order: Maildirs (new/, then cur/), folders of files and of Maildirs,
/// mbox files, tar archives, single mails, each of these also packed with gzip, and any of them on standard input.
///
/// The type of a file is detected from its first bytes, not its name. Nothing is written, and only the current message
/// is held in memory.
final class Backlog {
    /// How many bytes are read to detect the type of a file: a tar header.
    private static let headBytes = 512
    /// The assumed size of a message of a Maildir in ``bytesDone``, in bytes.
    static let usualMessageBytes = 4_096

    private enum Open {
        case maildir(MaildirWalk)
        case folder(FolderWalk)
        case mbox(MboxWalk)
        case tar(TarWalk)
        case events(EventsWalk)
    }

    private struct MaildirWalk {
        let source: BacklogMaildir
        var names: NameList
        var folder: Maildir.Folder
        var next: Int
    }

    private struct FolderWalk {
        let path: BytePath
        let names: FolderListing
        var next = 0
    }

    private struct MboxWalk {
        let name: String
        let input: BufferedInput
        var reader: MboxReader
    }

    private struct TarWalk {
        let name: String
        let reader: TarReader
    }

    /// The events in a file of a service's.
    private struct EventsWalk {
        let file: String
        /// The path in an archive.
        let name: String?
        let bytes: [UInt8]
        let modified: Int64?
        let events: [Range<Int>]
        var next = 0
    }

    /// A stream, and how it came to be.
    private struct Stream {
        var name: String
        var input: BufferedInput
        /// The number of layers already unpacked.
        var depth = 0
        var modified: Int64?
        var isMember = false
    }

    private var arguments: ArraySlice<BytePath>
    private var stack: [Open] = []
    private let notes: BacklogNotes
    private let filedFrom: (String) throws(LedgerError) -> [String]
    /// How much has been read, for the progress; a message of a Maildir counts ``usualMessageBytes``.
    private(set) var bytesDone: Int64 = 0

    /// - Parameter filedFrom: the Maildirs from which messages were filed into a folder.
    init(
        _ sources: [BytePath], notes: BacklogNotes, filedFrom: @escaping (String) throws(LedgerError) -> [String]
    ) {
        arguments = sources[...]
        self.notes = notes
        self.filedFrom = filedFrom
    }

    func next() throws(LedgerError) -> BacklogItem? {
        while true {
            if let top = stack.popLast() {
                if let item = try step(top) { return item }
                continue
            }
            guard let path = arguments.popFirst() else { return nil }
            if let item = try begin(path) { return item }
        }
    }

    /// Takes one step in what was taken from the stack, and puts it back where it goes on.
    private func step(_ top: Open) throws(LedgerError) -> BacklogItem? {
        switch top {
        case .maildir(let walk): return step(walk)
        case .folder(let walk): return try step(walk)
        case .mbox(var walk):
            if let message = walk.reader.next() {
                stack.append(.mbox(walk))
                let contents = FileContents(bytes: message.bytes, isCut: message.isCut, modified: message.postmark)
                return BacklogItem(place: .member(of: walk.name, name: "\(message.number)", contents))
            }
            end(walk)
            return nil
        case .events(let walk): return step(walk)
        case .tar(let walk):
            guard let member = walk.reader.next() else {
                if let fault = walk.reader.fault {
                    notes.miss(walk.name, "\(fault.sentence); what came before was taken")
                } else {
                    walk.reader.drain()
                }
                return nil
            }
            stack.append(.tar(walk))
            let parts = member.path.split(separator: UInt8(ascii: "/"))
            // What a Maildir has in tmp/ is not delivered yet.
            if parts.dropLast().last.map({ $0.elementsEqual(Array("tmp".utf8)) }) == true { return nil }
            // Ours, and no mail.
            if parts.last.map({ $0.elementsEqual(Array(LedgerMark.fileName.utf8)) }) == true { return nil }
            let name = String(decoding: member.path, as: UTF8.self)
            let capacity = max(Self.headBytes, min(BufferedInput.capacity, Int(clamping: member.size) + 1))
            return open(
                Stream(
                    name: "\(walk.name)#\(name)", input: BufferedInput(walk.reader, capacity: capacity),
                    modified: member.modified, isMember: true),
                container: (walk.name, name))
        }
    }

    private func step(_ walk: EventsWalk) -> BacklogItem? {
        var walk = walk
        guard walk.next < walk.events.count else { return nil }
        let contents = FileContents(
            bytes: Array(walk.bytes[walk.events[walk.next]]), isCut: false, modified: walk.modified)
        walk.next += 1
        stack.append(.events(walk))
        if walk.events.count == 1, walk.name == nil { return BacklogItem(place: .file(walk.file, contents)) }
        let name = (walk.name.map { "\($0)#" } ?? "") + "\(walk.next)"
        return BacklogItem(place: .member(of: walk.file, name: name, contents))
    }

    /// Divides a file of a service's events.
    private func openEvents(_ stream: Stream, container: (file: String, name: String)?) {
        let (bytes, isCut) = stream.input.readAll(limit: Limits.eventFileBytes)
        if let fault = stream.input.fault {
            return notes.miss(stream.name, "\(fault.sentence); nothing of it was counted")
        }
        if isCut {
            let problem = "looks like a service's events and has more than \(Limits.eventFileBytes) bytes; divide it"
            return notes.miss(stream.name, problem)
        }
        guard let events = EventFile.events(in: bytes) else {
            let problem =
                "looks like a service's events and is no JSON, or has more than \(Limits.events) of them; nothing of it was counted"
            return notes.miss(stream.name, problem)
        }
        if events.isEmpty { return notes.stranger(stream.name) }
        stack.append(
            .events(
                EventsWalk(
                    file: container?.file ?? stream.name, name: container?.name, bytes: bytes,
                    modified: stream.modified,
                    events: events)))
    }

    private func step(_ walk: MaildirWalk) -> BacklogItem? {
        var walk = walk
        guard walk.next < walk.names.endIndex else {
            // Listed only now: a message that a scan moves meanwhile is seen here.
            if walk.folder == .new { list(walk.source, .cur) }
            return nil
        }
        let name = walk.names[walk.next]
        walk.next += 1
        stack.append(.maildir(walk))
        bytesDone += Int64(Self.usualMessageBytes)
        return BacklogItem(place: .maildir(walk.source, walk.folder, name))
    }

    private func step(_ walk: FolderWalk) throws(LedgerError) -> BacklogItem? {
        var walk = walk
        guard walk.next < walk.names.count else { return nil }
        let path = walk.path.appending(walk.names[walk.next])
        let kind = walk.names.kind(at: walk.next, path)
        walk.next += 1
        stack.append(.folder(walk))
        switch kind {
        case S_IFREG: return openFile(path, isFound: true)
        case S_IFDIR: try enter(path)
        default: break
        }
        return nil
    }

    private func begin(_ path: BytePath) throws(LedgerError) -> BacklogItem? {
        if path.bytes == [UInt8(ascii: "-")] {
            let source = DescriptorSource(STDIN_FILENO, isOwned: false) { [weak self] in self?.bytesDone += Int64($0) }
            return open(Stream(name: "-", input: BufferedInput(source)), container: nil)
        }
        switch path.fileKind(followLinks: true) {
        case nil: notes.miss(path.text, "is not there: \(systemMessage(errno)); check the path")
        case S_IFDIR: try enter(path)
        default: return openFile(path, isFound: false)
        }
        return nil
    }

    // MARK: folders

    private func enter(_ path: BytePath) throws(LedgerError) {
        do {
            guard path.isMaildir(followLinks: false), let text = String(validating: path.bytes, as: UTF8.self) else {
                stack.append(.folder(FolderWalk(path: path, names: try FolderListing(path))))
                return
            }
            let maildir = try Maildir(opening: text)
            let source = BacklogMaildir(maildir, filedFrom: try filedFrom(maildir.identity + "/cur"))
            list(source, .new)
        } catch let error as LedgerError {
            throw error
        } catch let error as MaildirError {
            notes.miss(path.text, "cannot be read: \(error)")
        } catch let problem as ReadProblem {
            notes.miss(path.text, problem.sentence)
        } catch {
            notes.miss(path.text, "cannot be read: \(error)")
        }
    }

    private func list(_ source: BacklogMaildir, _ folder: Maildir.Folder) {
        do {
            let names = try folder == .new ? source.maildir.listNew() : source.maildir.listCur()
            stack.append(.maildir(MaildirWalk(source: source, names: names, folder: folder, next: names.startIndex)))
        } catch {
            notes.miss("\(source.maildir.path)/\(folder.rawValue)", "cannot be read: \(error)")
            if folder == .new { list(source, .cur) }
        }
    }

    // MARK: streams

    private func openFile(_ path: BytePath, isFound: Bool) -> BacklogItem? {
        // O_NONBLOCK: opening a FIFO that nobody writes to must not hang.
        let flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | (isFound ? O_NOFOLLOW : 0)
        let descriptor = path.withCString { Glibc.open($0, flags) }
        guard descriptor >= 0 else {
            // Gone since it was listed.
            if isFound, errno == ENOENT { return nil }
            notes.miss(path.text, "cannot be read: \(systemMessage(errno))")
            return nil
        }
        let source = DescriptorSource(descriptor, isOwned: true) { [weak self] in self?.bytesDone += Int64($0) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            notes.miss(path.text, "cannot be read: \(systemMessage(errno))")
            return nil
        }
        let isRegular = status.st_mode & S_IFMT == S_IFREG
        if !isRegular {
            if isFound { return nil }
            _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~O_NONBLOCK)
        }
        let capacity =
            isRegular
            ? max(Self.headBytes, min(BufferedInput.capacity, Int(status.st_size) + 1)) : BufferedInput.capacity
        return open(
            Stream(
                name: path.text, input: BufferedInput(source, capacity: capacity),
                modified: isRegular ? Int64(status.st_mtim.tv_sec) : nil), container: nil)
    }

    /// Detects the type of a stream. A single mail is returned at once, everything else goes to the stack.
    ///
    /// - Parameter container: the archive that it is a member of, and its path there.
    private func open(_ stream: Stream, container: (file: String, name: String)?) -> BacklogItem? {
        stream.input.fill(Self.headBytes)
        let head = stream.input.available
        if head.starts(with: GzipSource.magic), stream.depth == 0 {
            var inner = stream
            inner.depth += 1
            inner.input = BufferedInput(GzipSource(stream.input))
            return open(inner, container: container)
        }
        if !stream.isMember, TarReader.begins(head) {
            stack.append(.tar(TarWalk(name: stream.name, reader: TarReader(stream.input))))
            return nil
        }
        if MboxReader.begins(head) {
            stack.append(
                .mbox(MboxWalk(name: stream.name, input: stream.input, reader: MboxReader(stream.input))))
            return nil
        }
        if EventFile.mayBegin(head) {
            openEvents(stream, container: container)
            return nil
        }
        guard looksLikeMail(head) else {
            if let fault = stream.input.fault {
                notes.miss(stream.name, fault.sentence)
            } else {
                notes.stranger(stream.name)
            }
            return nil
        }
        let (bytes, isCut) = stream.input.readAll(limit: messageReadLimit)
        if let fault = stream.input.fault, !isCut {
            // A truncated archive is reported by its own reader.
            if container == nil || stream.depth > 0 { notes.miss(stream.name, "\(fault.sentence); it was not counted") }
            return nil
        }
        let contents = FileContents(bytes: bytes, isCut: isCut, modified: stream.modified)
        if let container {
            return BacklogItem(place: .member(of: container.file, name: container.name, contents))
        }
        return BacklogItem(place: .file(stream.name, contents))
    }

    private func end(_ walk: MboxWalk) {
        let isWhole = walk.reader.incomplete == nil
        if let fault = walk.input.fault {
            notes.miss(walk.name, "\(fault.sentence); what came before was taken")
        } else if !isWhole {
            notes.miss(
                walk.name,
                "ends in the middle of a message, which was not counted; the messages before it were. If that message "
                    + "is whole, reprocess it as a file of its own")
        }
    }
}

/// Whether a file begins as a mail does, with a header field (RFC 5322 section 2.2), or with the `From ` line that some
/// programs leave, quoted.
private func looksLikeMail(_ head: UnsafeRawBufferPointer) -> Bool {
    if head.starts(with: Array(">From ".utf8)) { return true }
    let name = head.prefix { $0.isVisible && $0 != UInt8(ascii: ":") }
    guard !name.isEmpty else { return false }
    return head[name.endIndex...].drop(while: \.isBlank).first
        == UInt8(ascii: ":")
}
