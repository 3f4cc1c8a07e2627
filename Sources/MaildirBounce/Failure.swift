/// Why a command stops: one line for a person, one number for a script.
struct Failure: Error {
    /// One of ``ExitStatus``.
    let status: Int32
    /// What happened and what to do next, one sentence or two, no full stop at the end. It may hold bytes from outside:
    /// whoever prints it escapes it.
    let message: String

    init(_ status: Int32, _ message: String) {
        self.status = status
        self.message = message
    }
}
