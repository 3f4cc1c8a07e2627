import Glibc

/// The name of the user: the one who called sudo, else the effective user; a number if neither has a name.
func loginName() -> String {
    if getuid() == 0, let name = getenv("SUDO_USER").map({ String(cString: $0) }), !name.isEmpty { return name }
    guard let entry = getpwuid(getuid()), let name = entry.pointee.pw_name else { return "uid \(getuid())" }
    return String(cString: name)
}
