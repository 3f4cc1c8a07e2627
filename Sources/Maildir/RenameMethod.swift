import Bytes
import Glibc
internal import CRenameat2

/// How a file is renamed without ever overwriting another file.
enum RenameMethod {
    /// renameat2(2) with RENAME_NOREPLACE: one atomic step.
    case renameat2
    /// linkat(2), then unlinkat(2), if the file system does not know the flag, as NFS does not. In between, the file
    /// has both names; whoever finds it so completes the move.
    case hardLink

    /// Moves `name` from one folder to `newName` in another. The error is EEXIST where `newName` is taken.
    func rename(
        _ name: MessageName, in folder: FolderHandle, to newName: MessageName, in newFolder: FolderHandle
    ) throws(SystemError) {
        let answer = name.withCString { name in
            newName.withCString { newName in
                rename(name, in: folder.descriptor, to: newName, in: newFolder.descriptor)
            }
        }
        try answer.get()
        folder.touch()
        newFolder.touch()
    }

    private func rename(
        _ name: UnsafePointer<CChar>, in folder: Int32, to newName: UnsafePointer<CChar>, in newFolder: Int32
    ) -> SystemAnswer<Int32> {
        if self == .renameat2 {
            let renamed = systemCall {
                CRenameat2.renameat2(folder, name, newFolder, newName, MAILDIR_RENAME_NOREPLACE)
            }
            guard [EINVAL, ENOSYS, EOPNOTSUPP].contains(renamed.error) else { return renamed }
        }
        let linked = systemCall { linkat(folder, name, newFolder, newName, 0) }
        if linked.error != 0 { return linked }
        let unlinked = systemCall { unlinkat(folder, name, 0) }
        if unlinked.error == 0 || unlinked.error == ENOENT { return linked }
        // What has to stay where it is must not stand twice.
        _ = systemCall { unlinkat(newFolder, newName, 0) }
        return unlinked
    }
}
