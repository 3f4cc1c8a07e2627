import Glibc

/// A new folder, which goes with all that is in it when nothing refers to it any more.
open class FreshFolder {
    public let path: String

    /// - Parameter parent: where it is made; others may look into it.
    public init(in parent: String = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp") throws {
        var template = Array("\(parent)/maildir-bounce-test.XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw CannotMake(code: errno) }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        chmod(path, 0o755)
    }

    public struct CannotMake: Error {
        let code: Int32
    }

    deinit {
        umount2(path, Int32(MNT_DETACH))
        // A test may have taken rights away.
        if let pipe = popen("chmod -R u+rwX '\(path)'; rm -rf '\(path)'", "r") { pclose(pipe) }
    }
}
