import Foundation
import TestSupport
import Testing

@testable import MaildirBounce

/// A folder that is gone when the test is over.
final class TemporaryFolder: FreshFolder {
    var root: String { path }

    func path(_ name: String) -> String { root + "/" + name }

    @discardableResult
    func write(_ name: String, _ text: String) throws -> String {
        let path = path(name)
        if access((path as NSString).deletingLastPathComponent, F_OK) != 0 {
            try FileManager.default.createDirectory(
                atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        }
        let file = try #require(fopen(path, "w"))
        defer { fclose(file) }
        try #require(fwrite(text, 1, text.utf8.count, file) == text.utf8.count)
        return path
    }

    /// Makes an empty Maildir and gives its path.
    func makeMaildir(_ name: String = "Maildir") throws -> String {
        for part in ["cur", "new", "tmp"] {
            try FileManager.default.createDirectory(atPath: path("\(name)/\(part)"), withIntermediateDirectories: true)
        }
        return path(name)
    }

    /// The names in a folder, sorted; none where there is no folder.
    func names(_ folder: String) -> [String] {
        guard let listing = try? FolderListing(BytePath(path(folder))) else { return [] }
        return (0..<listing.count).map { String(decoding: listing[$0], as: UTF8.self) }
    }

    /// All that is in the folder; see ``Program/tree(_:)``.
    func everything() throws -> String { try Program.tree(root) }

    /// Gives the folder and all in it to nobody, so that a program without rights can work there.
    func open() throws {
        let run = try Program.command(["/bin/chown", "-R", "65534:65534", root])
        #expect(run.status == 0)
    }
}
