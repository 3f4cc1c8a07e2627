import Glibc
import Maildir

/// What waits in a Maildir's new/.
struct WaitingMessages {
    private(set) var count = 0
    /// When the oldest was delivered, in seconds since 1970 UTC; `nil` if none waits.
    private(set) var oldest: Int64?

    init(in maildir: Maildir) throws(MaildirError) {
        let folder = BytePath(maildir.path).appending("new".utf8)
        let names = try maildir.listNew()
        count = names.count
        for name in names {
            guard let delivered = name.deliverySeconds ?? Self.modified(folder.appending(name.bytes)) else { continue }
            oldest = min(oldest ?? delivered, delivered)
        }
    }

    /// How old the oldest is, in seconds.
    func age(at now: Int64) -> Int { oldest.map { Int(max(0, now - $0)) } ?? 0 }

    private static func modified(_ path: BytePath) -> Int64? {
        var status = stat()
        guard path.withCString({ lstat($0, &status) }) == 0 else { return nil }
        // Some file systems hold times from which no other can be subtracted.
        return max(0, Int64(status.st_mtim.tv_sec))
    }
}
