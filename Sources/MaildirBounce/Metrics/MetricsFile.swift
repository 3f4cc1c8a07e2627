import Bytes
import Glibc
import Maildir

/// The metrics file that a scan writes for Prometheus, and from which `status --nagios` reads the last scan.
struct MetricsFile {
    let path: String

    /// The most that is read of it, in bytes; ours have some 4 KiB.
    static let sizeLimit = 1 << 20

    /// Replaces the file by a new one that everybody can read. A concurrent reader sees one of the two, completely.
    ///
    /// - Returns: why it could not be written, as an `errno`; 0 if it was.
    func write(_ text: String) -> Int32 {
        // A name with another suffix: node_exporter reads every file that ends in .prom.
        var temporary = Array("\(path).XXXXXX".utf8CString)
        let descriptor = mkstemp(&temporary)
        guard descriptor >= 0 else { return errno }
        var problem = systemCall { fchmod(descriptor, S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH) }.error
        let folder = open(splitPath(path).parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if folder >= 0 {
            giveToOwner(ofFolder: folder, descriptor)
            close(folder)
        }
        if problem == 0 { problem = Array(text.utf8).withUnsafeBytes { writeAll($0, to: descriptor) } }
        if close(descriptor) != 0, problem == 0 { problem = errno }
        if problem == 0, rename(temporary, path) != 0 { problem = errno }
        if problem != 0 { unlink(temporary) }
        return problem
    }

    /// What the file says about the last scan.
    func lastScan() throws(ReadProblem) -> LastScan {
        let contents = try readFile(BytePath(path), limit: Self.sizeLimit, onlyRegular: true)
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
