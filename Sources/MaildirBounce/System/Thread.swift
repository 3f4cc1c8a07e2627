import Glibc

/// The stack of a thread, in bytes: the usual size of a main thread's, whatever the caller's limits are.
private let stackBytes = 8 << 20

private final class ThreadBody: Sendable {
    let niceness: Int32
    let run: @Sendable () -> Void

    init(_ niceness: Int32, _ run: @escaping @Sendable () -> Void) {
        self.niceness = niceness
        self.run = run
    }
}

/// Starts a thread; `nil` if the system cannot create one.
///
/// - Parameter niceness: the thread's niceness; see nice(1).
func startThread(niceness: Int32 = 0, _ body: @escaping @Sendable () -> Void) -> pthread_t? {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setstacksize(&attributes, stackBytes)
    let context = Unmanaged.passRetained(ThreadBody(niceness, body))
    var thread = pthread_t()
    let code = pthread_create(
        &thread, &attributes,
        { pointer in
            guard let pointer else { return nil }
            let body = Unmanaged<ThreadBody>.fromOpaque(pointer).takeRetainedValue()
            // On Linux 0 is this thread and no other (setpriority(2)).
            if body.niceness != 0 { setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, body.niceness) }
            body.run()
            return nil
        }, context.toOpaque())
    guard code == 0 else {
        context.release()
        return nil
    }
    return thread
}
