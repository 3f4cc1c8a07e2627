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

    /// Moves `name` from one folder to `newName` in another. Returns 0 or an `errno`, EEXIST if `newName` is taken.
    func rename(
        _ name: MessageName, in folder: FolderHandle, to newName: MessageName, in newFolder: FolderHandle
    ) -> Int32 {
        let error = name.withCString { name in
            newName.withCString { newName in
                rename(name, in: folder.descriptor, to: newName, in: newFolder.descriptor)
            }
        }
        if error == 0 {
            folder.touch()
            newFolder.touch()
        }
        return error
    }

    private func rename(
        _ name: UnsafePointer<CChar>, in folder: Int32, to newName: UnsafePointer<CChar>, in newFolder: Int32
    ) -> Int32 {
        if self == .renameat2 {
            let error = systemCall {
                CRenameat2.renameat2(folder, name, newFolder, newName, MAILDIR_RENAME_NOREPLACE)
            }.error
            guard [EINVAL, ENOSYS, EOPNOTSUPP].contains(error) else { return error }
        }
        let linked = systemCall { linkat(folder, name, newFolder, newName, 0) }.error
        if linked != 0 { return linked }
        let unlinked = systemCall { unlinkat(folder, name, 0) }.error
        if unlinked == 0 || unlinked == ENOENT { return 0 }
        // If the old name cannot be removed, the new one must not remain.
        _ = systemCall { unlinkat(newFolder, newName, 0) }
        return unlinked
    }
}
