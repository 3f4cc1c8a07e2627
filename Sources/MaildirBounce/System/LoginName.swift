import Glibc

/// Who is at work: the user after sudo, else the one whose rights this process has; a number if neither has a name.
func loginName() -> String {
    if getuid() == 0, let name = getenv("SUDO_USER").map({ String(cString: $0) }), !name.isEmpty { return name }
    guard let entry = getpwuid(getuid()), let name = entry.pointee.pw_name else { return "uid \(getuid())" }
    return String(cString: name)
}
