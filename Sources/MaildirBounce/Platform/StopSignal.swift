import Glibc
import Synchronization

/// SIGINT and SIGTERM as a flag, for a run that finishes the current work before it exits.
enum StopSignal {
    // A signal handler can reach nothing but a global.
    private static let received = Atomic<Int32>(0)

    /// Installs the handlers. A second SIGINT kills the process.
    static func watch() {
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { StopSignal.received.store($0, ordering: .relaxed) }
        // SA_RESTART: the current batch is finished without interrupted calls.
        action.sa_flags = SA_RESTART | Int32(bitPattern: UInt32(SA_RESETHAND))
        sigaction(SIGTERM, &action, nil)
        sigaction(SIGINT, &action, nil)
        // A parent that started us from a thread with blocked signals passes on its mask.
        var both = sigset_t()
        sigemptyset(&both)
        sigaddset(&both, SIGTERM)
        sigaddset(&both, SIGINT)
        pthread_sigmask(SIG_UNBLOCK, &both, nil)
    }

    /// The failure of a run that was stopped by `signal`.
    static func failure(_ signal: Int32, after count: Int, _ rest: String) -> Failure {
        Failure(
            ExitStatus.temporaryFailure,
            "stopped by \(signal == SIGINT ? "SIGINT" : "SIGTERM") after \(count) messages\(rest)")
    }

    /// The signal that requested the stop, or nil.
    static var pending: Int32? {
        let signal = received.load(ordering: .relaxed)
        return signal == 0 ? nil : signal
    }
}
