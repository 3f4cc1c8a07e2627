import Glibc
import Synchronization

/// SIGINT and SIGTERM as a flag, for a run that finishes what it has begun before it leaves.
enum StopSignal {
    // A signal handler can reach nothing but a global.
    private static let received = Atomic<Int32>(0)

    /// From now on the two signals are noted. A second SIGINT kills, for a person who does not want to wait.
    static func watch() {
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { StopSignal.received.store($0, ordering: .relaxed) }
        // SA_RESTART: the batch at hand is finished without interrupted calls.
        action.sa_flags = SA_RESTART | Int32(bitPattern: UInt32(SA_RESETHAND))
        sigaction(SIGTERM, &action, nil)
        sigaction(SIGINT, &action, nil)
        // A parent that started us from a thread with blocked signals has handed its mask down.
        var both = sigset_t()
        sigemptyset(&both)
        sigaddset(&both, SIGTERM)
        sigaddset(&both, SIGINT)
        pthread_sigmask(SIG_UNBLOCK, &both, nil)
    }

    /// The failure of a run that `signal` ended in good order.
    static func failure(_ signal: Int32, after count: Int, _ rest: String) -> Failure {
        Failure(
            ExitStatus.temporaryFailure,
            "stopped by \(signal == SIGINT ? "SIGINT" : "SIGTERM") after \(count) messages\(rest)")
    }

    /// The signal that asked for an end, or nil.
    static var pending: Int32? {
        let signal = received.load(ordering: .relaxed)
        return signal == 0 ? nil : signal
    }
}
