import Glibc

/// Does the same work on many inputs, on a few threads, and delivers the outputs in the order of the inputs.
///
/// Threads rather than tasks, since the work is reading files: a blocked thread of Swift's cooperative pool (as wide as
/// the machine has processors) would block everything else. What is in flight is bounded by number and by weight, so
/// memory use is constant however many inputs there are and however slow the consumer is.
///
/// `@unchecked`: every stored property below `mutex` is only touched with it held.
final class OrderedWorkers<Input: Sendable, Output: Sendable>: @unchecked Sendable {
    private struct Slot {
        var input: Input?
        var output: Output?
        var weight = 0
        var inputWeight = 0
    }

    /// The maximum number of inputs put in, and outputs taken out, at once: each transfer may wake a thread.
    private static var handful: Int { 64 }
    /// How long an output waits for a full batch, in nanoseconds: the next message may come from a slow pipe.
    private static var patience: Int { 50_000_000 }

    private let work: @Sendable (Input) -> Output
    private let weigh: @Sendable (Output) -> Int
    private let weighInput: @Sendable (Input) -> Int
    private let maximumWeight: Int
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let workArrived = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private let outputArrived = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    /// How many inputs may be in flight. Not `slots.count`, which the calling thread may not read without the mutex.
    private let capacity: Int
    private var slots: [Slot] = []
    /// The number of inputs handed out, taken by a worker, and put in: delivered <= taken <= filled.
    private var delivered = 0
    private var taken = 0
    private var filled = 0
    /// The number of outputs that wait.
    private var finished = 0
    private var weight = 0
    /// The weight of the inputs that are not delivered as outputs. Touched by the calling thread alone.
    private var inputWeight = 0
    private var isClosed = false

    /// - Parameters:
    ///   - capacity: how many inputs may be in flight.
    ///   - maximumWeight: the sum of the waiting outputs' weights (bytes, say) at which workers pause.
    ///   - weighInput: likewise for the inputs in flight; from that sum on no more are asked for.
    init(
        capacity: Int, maximumWeight: Int, weigh: @escaping @Sendable (Output) -> Int,
        weighInput: @escaping @Sendable (Input) -> Int = { _ in 0 }, work: @escaping @Sendable (Input) -> Output
    ) {
        self.weighInput = weighInput
        self.work = work
        self.weigh = weigh
        self.maximumWeight = maximumWeight
        self.capacity = max(2, capacity)
        mutex.initialize(to: pthread_mutex_t())
        workArrived.initialize(to: pthread_cond_t())
        outputArrived.initialize(to: pthread_cond_t())
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(workArrived, nil)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        // A monotonic clock.
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(outputArrived, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(outputArrived)
        pthread_cond_destroy(workArrived)
        pthread_mutex_destroy(mutex)
        outputArrived.deallocate()
        workArrived.deallocate()
        mutex.deallocate()
    }

    /// Runs until `next` has no more inputs and every output is delivered, until `wanted` says that no more are wanted, or
    /// until one of the two throws.
    ///
    /// `next` and `deliver` are called on the calling thread. Threads are started with the first input, so an empty run
    /// costs nothing. If none can be created the calling thread does the work itself.
    func run<Problem: Error>(
        threads: Int, while wanted: () -> Bool = { true }, next: () throws(Problem) -> Input?,
        deliver: (Output) throws(Problem) -> Void
    ) throws(Problem) {
        guard let first = try next() else { return }
        let workers = (0..<max(1, threads)).compactMap { _ in
            WorkerThread.start(niceness: workerNiceness) { self.takeAndWork() }
        }
        guard !workers.isEmpty else {
            var input: Input? = first
            while wanted(), let item = input {
                try deliver(work(item))
                input = try next()
            }
            return
        }
        defer {
            close()
            for worker in workers { pthread_join(worker, nil) }
        }
        put([weighed(first)])
        var isExhausted = false
        while wanted() {
            while !isExhausted, filled - delivered <= capacity / 2, inputWeight <= maximumWeight {
                var inputs: [(input: Input, weight: Int)] = []
                while inputs.count < min(Self.handful, capacity / 2), inputWeight <= maximumWeight {
                    guard let input = try next() else {
                        isExhausted = true
                        break
                    }
                    inputs.append(weighed(input))
                }
                put(inputs)
            }
            let outputs = takeOutputs()
            guard !outputs.isEmpty else { return }
            for output in outputs {
                guard wanted() else { return }
                try deliver(output)
            }
        }
    }

    private func weighed(_ input: Input) -> (input: Input, weight: Int) {
        let weight = weighInput(input)
        inputWeight += weight
        return (input, weight)
    }

    private func put(_ inputs: [(input: Input, weight: Int)]) {
        pthread_mutex_lock(mutex)
        for (input, weight) in inputs {
            // The first time around: a short run needs few.
            if filled == slots.count, filled < capacity { slots.append(Slot()) }
            slots[filled % capacity].input = input
            slots[filled % capacity].inputWeight = weight
            filled += 1
        }
        pthread_cond_broadcast(workArrived)
        pthread_mutex_unlock(mutex)
    }

    /// The next outputs in order; waits for some; none if everything that was put in has been delivered.
    private func takeOutputs() -> [Output] {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        guard delivered < filled else { return [] }
        while !isWorthTaking {
            if isLate(), slots[delivered % capacity].output != nil { break }
        }
        let wasHeavy = weight > maximumWeight
        var outputs: [Output] = []
        outputs.reserveCapacity(Self.handful)
        while outputs.count < Self.handful, delivered < filled {
            guard let output = slots[delivered % capacity].output.take() else { break }
            weight -= slots[delivered % capacity].weight
            inputWeight -= slots[delivered % capacity].inputWeight
            outputs.append(output)
            delivered += 1
            finished -= 1
        }
        if wasHeavy, weight <= maximumWeight { pthread_cond_broadcast(workArrived) }
        return outputs
    }

    /// Waits for a signal, or until the flush timeout; returns whether it timed out.
    private func isLate() -> Bool {
        var until = timespec()
        clock_gettime(CLOCK_MONOTONIC, &until)
        until.tv_nsec += Self.patience
        until.tv_sec += until.tv_nsec / 1_000_000_000
        until.tv_nsec %= 1_000_000_000
        return pthread_cond_timedwait(outputArrived, mutex, &until) == ETIMEDOUT
    }

    /// Whether the next output is ready, and enough of them for one wake-up: a full batch, all that are in flight, or
    /// so many that the workers pause.
    private var isWorthTaking: Bool {
        guard delivered < filled, slots[delivered % capacity].output != nil else { return false }
        return finished >= min(Self.handful, filled - delivered) || weight > maximumWeight
    }

    private func close() {
        pthread_mutex_lock(mutex)
        isClosed = true
        pthread_cond_broadcast(workArrived)
        pthread_mutex_unlock(mutex)
    }

    private func takeAndWork() {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while true {
            // Inputs are taken in order, so the one that the consumer waits for is always with a worker or next in
            // line, and with nothing delivered and nothing taken the weight is 0: pausing cannot lock everybody out.
            while !isClosed, taken == filled || weight > maximumWeight { pthread_cond_wait(workArrived, mutex) }
            guard !isClosed else { return }
            let position = taken
            let index = position % capacity
            taken += 1
            guard let input = slots[index].input.take() else { continue }
            pthread_mutex_unlock(mutex)
            let output = work(input)
            let outputWeight = weigh(output)
            pthread_mutex_lock(mutex)
            slots[index].output = output
            slots[index].weight = outputWeight
            weight += outputWeight
            finished += 1
            if isWorthTaking { pthread_cond_signal(outputArrived) }
        }
    }
}

/// The niceness of the workers relative to the calling thread; see nice(1). On few processors they would otherwise get
/// ahead of the calling thread, which then has to finish alone.
private let workerNiceness: Int32 = 5
