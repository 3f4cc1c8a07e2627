import Glibc

/// About how many bytes the sources have, for the progress; `nil` if that is unknown, as for a pipe. A message of a
/// Maildir counts ``Backlog/usualMessageBytes``.
func backlogSize(_ sources: [BytePath]) -> Int64? {
    var sum: Int64 = 0
    for source in sources {
        guard source.bytes != [UInt8(ascii: "-")] else { return nil }
        var status = stat()
        guard source.withCString({ stat($0, &status) }) == 0 else { continue }
        switch status.st_mode & S_IFMT {
        case S_IFREG: sum += Int64(status.st_size)
        case S_IFDIR: sum += folderSize(source)
        default: return nil
        }
    }
    return sum
}

private func folderSize(_ folder: BytePath) -> Int64 {
    if isMaildir(folder, followLinks: false) {
        return ["new", "cur"].reduce(0) { $0 + countNames(folder.appending($1.utf8)) }
            * Int64(Backlog.usualMessageBytes)
    }
    guard let names = try? FolderListing(folder) else { return 0 }
    var sum: Int64 = 0
    for index in 0..<names.count {
        let path = folder.appending(names[index])
        var status = stat()
        guard path.withCString({ lstat($0, &status) }) == 0 else { continue }
        switch status.st_mode & S_IFMT {
        case S_IFREG: sum += Int64(status.st_size)
        case S_IFDIR: sum += folderSize(path)
        default: continue
        }
    }
    return sum
}

private func countNames(_ folder: BytePath) -> Int64 {
    guard let stream = folder.withCString({ opendir($0) }) else { return 0 }
    defer { closedir(stream) }
    var count: Int64 = 0
    while readdir(stream) != nil { count += 1 }
    // Without `.` and `..`.
    return max(0, count - 2)
}
