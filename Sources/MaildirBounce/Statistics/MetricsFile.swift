import Bytes
import Glibc
import Maildir

/// The metrics file that a scan writes for Prometheus, and from which `status --nagios` reads the last scan.
struct MetricsFile {
    let path: String

    /// The most that is read of it, in bytes; ours have some 4 KiB.
    static let sizeLimit = 1 << 20

    /// Puts a new file in place of the old one, readable for all. Whoever reads it meanwhile sees one of the two, whole.
    func write(_ text: String) throws(SystemError) {
        // A name that ends otherwise: node_exporter reads whatever ends in .prom.
        var temporary = Array("\(path).XXXXXX".utf8CString)
        let descriptor = mkstemp(&temporary)
        guard descriptor >= 0 else { throw SystemError.last }
        do throws(SystemError) {
            try closing(descriptor) { () throws(SystemError) in
                try systemCall { fchmod(descriptor, S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH) }.get()
                let folder = open(FilePath.split(path).parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
                if folder >= 0 {
                    giveToOwner(ofFolder: folder, descriptor)
                    close(folder)
                }
                try writeAll(Array(text.utf8), to: descriptor)
            }
            guard rename(temporary, path) == 0 else { throw SystemError.last }
        } catch {
            unlink(temporary)
            throw error
        }
    }

    /// What the file says about the last scan.
    func lastScan() throws(ReadProblem) -> LastScan {
        let contents = try FileContents.read(BytePath(path), limit: Self.sizeLimit, onlyRegular: true)
        var values: [Substring: Int64] = [:]
        for line in String(decoding: contents.bytes, as: UTF8.self).split(separator: "\n") where !line.hasPrefix("#") {
            guard let value = line.split(separator: " ").last.flatMap({ Int64($0) }) else { continue }
            values[line.prefix { $0 != "{" && $0 != " " }] = value
        }
        return LastScan(
            ended: values[Substring(ScanMetrics.timestampName)].map { max(0, $0) },
            status: values[Substring(ScanMetrics.statusName)].flatMap { Int32(exactly: $0) })
    }
}

/// What is known of the last scan.
struct LastScan: Equatable {
    /// In seconds since 1970 UTC; `nil` if the file is not one of ours.
    var ended: Int64?
    /// One of ``ExitStatus``.
    var status: Int32?
}
