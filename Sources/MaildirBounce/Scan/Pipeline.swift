import Classifier

/// The number of threads that read and classify. A third gained nothing on two processors.
let defaultThreadCount = 2

/// The pipeline of every message: name -> bytes -> verdict -> `deliver`.
///
/// Commands differ only in the source of the names and the use of the verdicts.
struct Pipeline<Item: Sendable, Output: Sendable, Problem: Error>: Sendable {
    /// How many messages may be in flight: enough to keep the threads busy while a batch is committed, and no more,
    /// since one thread alone has to process what is in flight at the end.
    static var inFlight: Int { 4_096 }
    /// The weight of waiting outputs at which the threads pause, in bytes.
    static var inFlightBytes: Int { 8 << 20 }

    /// Creates the classifier, when there is a first message.
    let settings: Settings
    let read: @Sendable (Item) throws(Problem) -> FileContents
    /// Makes what is handed on, on a worker thread; `contents` are let go afterwards.
    let conclude: @Sendable (Item, FileContents, Verdict) -> Output
    /// About how many bytes of memory an output holds.
    let weigh: @Sendable (Output) -> Int
    /// The number of threads that read and classify.
    var threads = defaultThreadCount
    /// How many bytes an item brings with it.
    var weighItem: @Sendable (Item) -> Int = { _ in 0 }

    /// Classifies every item of `next` and passes the outputs to `deliver` in the same order, as long as `wanted`
    /// returns true; what is in flight when it no longer does is dropped.
    func run(
        while wanted: () -> Bool = { true },
        next: () throws -> Item?,
        deliver: (Item, Result<Output, Problem>) throws -> Void
    ) throws {
        guard wanted(), let first = try next() else { return }
        let classifier = Classifier(settings: settings)
        let (read, conclude, weigh) = (self.read, self.conclude, self.weigh)
        let workers = OrderedWorkers<Item, (Item, Result<Output, Problem>)>(
            capacity: Self.inFlight, maximumWeight: Self.inFlightBytes,
            weigh: { output in
                switch output.1 {
                case .success(let made): weigh(made)
                case .failure: 0
                }
            }, weighInput: weighItem
        ) { item in
            do throws(Problem) {
                let contents = try read(item)
                var verdict = classifier.classify(contents.bytes)
                if contents.isCut {
                    verdict.isListCut = verdict.isListCut || verdict.listEndsMessage
                    verdict.limitHit =
                        verdict.limitHit
                        ?? "the message is longer than \(contents.bytes.count) bytes; only these were read"
                }
                return (item, .success(conclude(item, contents, verdict)))
            } catch {
                return (item, .failure(error))
            }
        }
        var upcoming: Item? = first
        try workers.run(threads: threads, while: wanted) { () throws -> Item? in
            if let item = upcoming {
                upcoming = nil
                return item
            }
            return try next()
        } deliver: { (output: (Item, Result<Output, Problem>)) throws in
            try deliver(output.0, output.1)
        }
    }
}

extension Verdict {
    /// About how many bytes of memory this verdict holds.
    var weight: Int {
        var sum = 512
        for outcome in recipients {
            sum += 256 + outcome.address.utf8.count + (outcome.diagnostic?.utf8.count ?? 0)
        }
        for item in evidence { sum += 128 + (item.matched?.utf8.count ?? 0) }
        return sum
    }
}
