import Glibc

/// One piece of work on a separate thread. If the system cannot create one, the work is done when its result is
/// requested.
///
/// `@unchecked`: what the thread writes is read after it has ended.
final class BackgroundWork<Result: Sendable>: @unchecked Sendable {
    private let work: @Sendable () -> Result
    private var thread: pthread_t?
    private var made: Result?

    init(_ work: @escaping @Sendable () -> Result) {
        self.work = work
        thread = WorkerThread.start { self.made = self.work() }
    }

    /// Waits until the work is done. Call it, or the work outlives its owner.
    func result() -> Result {
        if let thread { pthread_join(thread, nil) }
        thread = nil
        if let made { return made }
        let result = work()
        made = result
        return result
    }
}
