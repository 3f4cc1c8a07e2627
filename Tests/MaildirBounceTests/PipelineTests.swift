import Classifier
import Dispatch
import Glibc
import Ledger
import Testing

@testable import MaildirBounce

@Suite("pipeline")
struct PipelineTests {
    private struct Refused: Error {}

    /// Work that takes longer for some inputs than for their successors.
    private static func work(_ number: Int) -> Int {
        if number % 7 == 0 { usleep(300) }
        return number * number
    }

    @Test("outputs come in the order of the inputs, with any number of threads", arguments: [1, 2, 5])
    func order(threads: Int) {
        var (next, outputs) = (0, [Int]())
        let workers = OrderedWorkers<Int, Int>(capacity: 16, maximumWeight: .max, weigh: { _ in 1 }, work: Self.work)
        workers.run(threads: threads) {
            defer { next += 1 }
            return next < 1_000 ? next : nil
        } deliver: {
            outputs.append($0)
        }
        #expect(outputs == (0..<1_000).map { $0 * $0 })
    }

    @Test("no more is in flight than the capacity, and no more weight than one output beyond the limit")
    func bounded() {
        var (taken, delivered, highest) = (0, 0, 0)
        let workers = OrderedWorkers<Int, Int>(capacity: 8, maximumWeight: 3, weigh: { _ in 1 }, work: Self.work)
        workers.run(threads: 2) {
            highest = max(highest, taken - delivered)
            defer { taken += 1 }
            return taken < 500 ? taken : nil
        } deliver: { _ in
            delivered += 1
        }
        #expect(delivered == 500)
        #expect(highest <= 8)
    }

    @Test("an output heavier than the limit still gets through")
    func heavy() {
        var (next, count) = (0, 0)
        let workers = OrderedWorkers<Int, Int>(capacity: 4, maximumWeight: 1, weigh: { _ in 100 }, work: Self.work)
        workers.run(threads: 3) {
            defer { next += 1 }
            return next < 100 ? next : nil
        } deliver: { _ in
            count += 1
        }
        #expect(count == 100)
    }

    @Test("an output does not wait for one behind it that takes its time", .timeLimit(.minutes(5)))
    func slowOneBehind() {
        let isFirstDelivered = DispatchSemaphore(value: 0)
        let workers = OrderedWorkers<Int, Int>(capacity: 8, maximumWeight: .max, weigh: { _ in 1 }) { input in
            if input == 1 { isFirstDelivered.wait() }
            return input
        }
        var (next, outputs) = (0, [Int]())
        workers.run(threads: 2) {
            defer { next += 1 }
            return next < 2 ? next : nil
        } deliver: {
            outputs.append($0)
            if $0 == 0 { isFirstDelivered.signal() }
        }
        #expect(outputs == [0, 1])
    }

    @Test("a consumer that throws ends the run")
    func throwing() {
        var (next, count) = (0, 0)
        let workers = OrderedWorkers<Int, Int>(capacity: 8, maximumWeight: .max, weigh: { _ in 1 }, work: Self.work)
        #expect(throws: Refused.self) {
            try workers.run(threads: 2) { () throws(Refused) -> Int? in
                defer { next += 1 }
                return next
            } deliver: { (_: Int) throws(Refused) in
                count += 1
                if count == 20 { throw Refused() }
            }
        }
        #expect(count == 20)
    }

    @Test("what is in flight when no more is wanted is dropped", arguments: [0, 2])
    func unwanted(threads: Int) {
        var (next, count) = (0, 0)
        let workers = OrderedWorkers<Int, Int>(capacity: 64, maximumWeight: .max, weigh: { _ in 1 }, work: Self.work)
        workers.run(threads: threads, while: { count < 5 }) {
            defer { next += 1 }
            return next < 1_000 ? next : nil
        } deliver: { _ in
            count += 1
        }
        #expect(count == 5)
    }

    @Test("no input starts no thread and delivers nothing")
    func empty() {
        let workers = OrderedWorkers<Int, Int>(capacity: 8, maximumWeight: .max, weigh: { _ in 1 }, work: Self.work)
        workers.run(threads: 2) {
            nil
        } deliver: { _ in
            Issue.record("there was nothing to deliver")
        }
    }

    private func fingerprint(_ mail: String, id: String? = "m@x.example") -> Fingerprint {
        let former = FormerFingerprint(messageID: id, contents: Array(mail.utf8))
        return Fingerprint(
            Verdict(messageClass: .notABounce, messageID: id), former, contents: Array(mail.utf8))
    }

    @Test("batches grow from a small one to the largest")
    func batches() {
        var size = BatchSize(maximum: 5_000)
        var counts: [Int] = []
        for _ in 0..<5 {
            counts.append(size.count)
            size.next()
        }
        #expect(counts == [1_000, 2_000, 4_000, 5_000, 5_000])
        #expect(BatchSize(maximum: 7).count == 7)
    }

    @Test("the last batches are small, so that little is left to commit when all is read")
    func lastBatches() {
        func counts(_ total: Int, maximum: Int) -> [Int] {
            var (size, left, counts) = (BatchSize(maximum: maximum), total, [Int]())
            while left > 0 {
                counts.append(min(size.count, left))
                left -= counts[counts.count - 1]
                size.next(left: left)
            }
            return counts
        }
        #expect(counts(10_000, maximum: 5_000) == [1_000, 2_000, 3_500, 1_750, 875, 500, 375])
        #expect(counts(800, maximum: 5_000) == [800])
        #expect(counts(20, maximum: 7) == [7, 7, 6])
    }

    @Test("a report is the same under other headers, line ends and empty lines at the end")
    func sameReport() {
        let report = fingerprint("Subject: x\n\none\ntwo\n")
        #expect(fingerprint("Received: y\nSubject: x\n\none\ntwo\n") == report)
        #expect(fingerprint("Subject: x\r\n\r\none\r\ntwo\r\n") == report)
        #expect(fingerprint("Subject: x\n\none\ntwo\n\n\n") == report)
        #expect(fingerprint("Subject: x\n\none\ntwo") == report)
        #expect(fingerprint("\n \t\n\r\nReceived: y\nSubject: x\n\none\ntwo\n") == report)
    }

    @Test("a report with another text or another Message-ID is another one")
    func otherReport() {
        let mails = [
            "S: x\n\none\ntwo\n", "S: x\n\none\ntow\n", "S: x\n\nonetwo\n", "S: x\n\n", "S: x", "",
            "S: x\n\n" + String(repeating: "0", count: 64), "S: x\n\n" + String(repeating: "0", count: 65),
        ]
        let all =
            mails.map { fingerprint($0) } + mails.map { fingerprint($0, id: nil) }
            + mails.map { fingerprint($0, id: "") }
        // Two mails without a text are one report.
        #expect(Set(all).count == all.count - 3 * 2)
    }

    @Test("one changed bit changes about half of the fingerprint's")
    func mixing() {
        var total = 0
        let length = 100
        for position in 0..<length {
            var bytes = [UInt8]("S\n\n".utf8) + [UInt8](repeating: UInt8(ascii: "a"), count: length)
            let before = fingerprint(String(decoding: bytes, as: UTF8.self))
            bytes[position + 3] ^= 2
            let after = fingerprint(String(decoding: bytes, as: UTF8.self))
            total += (before.high ^ after.high).nonzeroBitCount + (before.low ^ after.low).nonzeroBitCount
        }
        #expect((56...72).contains(total / length))
    }

    @Test("background work is done once, whether its result is asked for early or late")
    func background() {
        let works = (0..<20).map { number in
            BackgroundWork { () -> Int in
                if number % 3 == 0 { usleep(2_000) }
                return number * number
            }
        }
        for _ in 0..<2 { #expect(works.map { $0.result() } == (0..<20).map { $0 * $0 }) }
    }
}
