import Foundation
import Glibc
import TestSupport
import Testing

@testable import Ledger
@testable import LedgerPostgreSQL

@Suite("Erasing the history of an address")
struct ForgetTests {
    @Test("Nothing of the address is left in the files, and it stays suppressed")
    func erased() throws {
        let folder = try TemporaryFolder()
        let ledger = try LedgerStore(path: folder.ledger, mode: .readWrite, policy: Policy.byDays)
        var event = report(1, address: "Secret.Person@dest.example")
        event.messageID = "<bounce-secret.person=dest.example@mail.example>"
        event.outcomes.append(OutcomeEvent(address: "other@dest.example", kind: "hard", reason: "userunknown"))
        try ledger.commit([event] + (2..<200).map { report($0, address: "x\($0)@d\($0).example") })
        try ledger.suppress(["secret.person@dest.example"], note: "Secret.Person rang", at: time(day: 1))
        #expect(try ledger.forget("SECRET.person@dest.example"))
        #expect(try ledger.address("secret.person@dest.example") == nil)
        guard case .suppressed(let suppression) = try ledger.check("secret.person@dest.example", at: time(day: 2))
        else {
            Issue.record("no longer suppressed")
            return
        }
        #expect(suppression.cause == .manual)
        #expect(suppression.since == time(day: 0))
        if !TestServer.isInUse {
            #expect(shell("grep -ail 'secret.person' '\(folder.path)'/*") == "")
            #expect(shell("grep -ail 'other@dest' '\(folder.path)'/*") != "")
        }
        // The others named by the same report keep what they had.
        #expect(try ledger.address("other@dest.example")?.history.count == 1)
        #expect(try ledger.rebuild() == 0)
        let reader = try LedgerStore(path: folder.ledger, mode: .readOnly, policy: Policy.byDays)
        #expect(try reader.check("secret.person@dest.example", at: time(day: 2)) != .mayMail)
    }

    @Test("Its files do not count again, nor do copies that arrived earlier")
    func once() throws {
        let ledger = try freshLedger(Policy.byDays)
        try ledger.commit([report(1, name: "a", at: time(day: 5))])
        try ledger.forget("bob@dest.example")
        let outcomes = try ledger.commit([
            report(1, name: "a", at: time(day: 5)), report(1, name: "b", at: time(day: 1)),
        ])
        #expect(outcomes == [.alreadyKnown, .duplicate])
        #expect(try ledger.address("bob@dest.example") == nil)
    }

    @Test("An address that was not suppressed leaves nothing; one of which nothing is known is not found")
    func notSuppressed() throws {
        let ledger = try freshLedger(Policy.byDays)
        try ledger.commit([softReport(1, at: time(day: 0))])
        #expect(try ledger.forget("bob@dest.example"))
        #expect(try ledger.check("bob@dest.example", at: time(day: 1)) == .mayMail)
        #expect(try !ledger.forget("bob@dest.example"))
        #expect(try ledger.read { try $0.integer("SELECT count(*) FROM forgotten") } == 0)
        #expect(throws: LedgerError.self) { try ledger.forget("nonsense") }
    }

    @Test("A release lets a forgotten address be mailed, and does not bring its name back")
    func release() throws {
        let ledger = try freshLedger(Policy.byDays)
        try ledger.commit([report(1, at: time(day: 2))])
        try ledger.forget("bob@dest.example")
        // A release of the time before does not lift it.
        #expect(try ledger.release(["ann@dest.example"], at: time(day: 1)) == [.done])
        #expect(try ledger.release(["bob@dest.example"], at: time(day: 3)) == [.done])
        #expect(try ledger.check("bob@dest.example", at: time(day: 4)) == .mayMail)
        #expect(try ledger.address("bob@dest.example") == nil)
    }

    @Test("New mail about a forgotten address makes a new history")
    func newMail() throws {
        let ledger = try freshLedger(Policy.byDays)
        try ledger.commit([report(1, at: time(day: 2))])
        try ledger.forget("bob@dest.example")
        try ledger.commit([softReport(2, at: time(day: 9))])
        #expect(try ledger.address("bob@dest.example")?.history.count == 1)
        #expect(try ledger.check("bob@dest.example", at: time(day: 10)) != .mayMail)
    }

    @Test("Forgetting one of many leaves a spike what it was")
    func brake() throws {
        var policy = Policy.byDays
        policy.brake?.minimum = 4
        let ledger = try freshLedger(policy)
        try ledger.commit((0..<4).map { report($0, address: "u\($0)@dest.example") })
        #expect(try ledger.brakes().first?.addresses == 4)
        try ledger.forget("u1@dest.example")
        #expect(try ledger.brakes().first?.addresses == 4)
        #expect(try ledger.rebuild() == 0)
        #expect(try ledger.brakes().first?.addresses == 4)
    }

    @Test("Two ledgers keep different hashes of one address")
    func keyed() throws {
        let hashes = try (0..<2).map { _ in
            let ledger = try freshLedger(Policy.byDays)
            try ledger.commit([report(1)])
            try ledger.forget("bob@dest.example")
            return try ledger.read { connection in
                let query = try connection.prepare("SELECT hash FROM forgotten")
                return try query.step() ? query.bytes(0) : []
            }
        }
        #expect(hashes[0].count == 32)
        #expect(hashes[0] != hashes[1])
    }

    @Test("The hash is that of the published test (RFC 4231, section 4.3)")
    func published() {
        let hash = Forgetting.hash("what do ya want for nothing?", key: Array("Jefe".utf8))
        #expect(
            hash.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
                == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
    }

    /// Every form in which a mail may write the address.
    private static let forms = [
        "secretbob@dest.example", "SecretBob@DEST.example.", "<secretbob@dest.example>", "\"secretbob\"@dest.example",
        "rfc822;secretbob@dest.example:", "bounce+secretbob=dest.example@news.example",
        "bounce-SECRETBOB=dest.example@news.example", "secretbob%dest.example@relay.example",
        "secretbob%40dest.example", "secretbob=40dest.example", "relay!dest.example!secretbob",
        "SRS0=abc=de=dest.example=secretbob@relay.example",
    ]

    @Test("Texts name an address in many forms, and not where another one only looks like it", arguments: forms)
    func traces(form: String) throws {
        let address = try #require(CanonicalAddress("secretbob@dest.example"))
        let traces = AddressTraces([try #require(CanonicalAddress("ann@dest.example")), address])
        #expect(traces.found(in: "550 5.1.1 \(form) unknown") == [1])
        #expect(traces.found(in: form) == [1])
        for other in [
            "notsecretbob@dest.example", "not.secretbob@dest.example", "secretbob@dest.example.com",
            "secretbob@est.example",
            "secretbob@xdest.example", "secretbob at dest.example", "x+secretbob@dest.example",
        ] {
            #expect(traces.found(in: other) == [], "\(other)")
        }
    }

    @Test("Forms of quoted, escaped and internationalized addresses are found, too")
    func moreTraces() throws {
        for (address, text) in [
            ("\"bob smith\"@dest.example", "to \"Bob Smith\"@dest.example"),
            ("bob+a@dest.example", "x-bob=2Ba=dest.example@y"),
            ("bob@xn--bcher-kva.example", "bob@BÜCHER.example"), ("jörg@dest.example", "JÖRG@dest.example: unknown"),
            ("bob@[192.0.2.1]", "RCPT TO:<bob@[192.0.2.1]>"),
        ] {
            let canonical = try #require(CanonicalAddress(address))
            #expect(AddressTraces([canonical]).found(in: text) == [0], "\(text)")
        }
    }

    @Test("Not a byte is left: of copies, of others' diagnostics, of terms and notes; and every file is named")
    func everything() throws {
        let folder = try TemporaryFolder()
        let ledger = try LedgerStore(path: folder.ledger, mode: .readWrite, policy: Policy.byDays)
        var first = report(1, name: "head", address: "SecretBob@private.example", at: time(day: 0))
        first.messageID = "<secretbob.1@mx>"
        first.reportingMTA = "mail.private.example"
        first.outcomes[0].remoteMTA = "mx.private.example"
        first.outcomes.append(
            OutcomeEvent(
                address: "ann@dest.example", kind: "hard", reason: "userunknown",
                diagnostic: "550 neither ann nor secretbob is known", command: "RCPT"))
        var copy = first
        copy.key = DeliveryKey(maildir: first.key.maildir, unique: Array("copy".utf8))
        copy.arrival += 60
        copy.messageID = "<secretbob.2@mx>"
        var quoting = ForgetTests.forms.enumerated().map { number, form -> DeliveryEvent in
            var event = report(100 + number, name: "quote\(number)", address: "eve\(number)@dest.example")
            event.outcomes[0].diagnostic =
                "550 \(form.replacing("dest.", with: "private.").replacing("DEST.", with: "PRIVATE.")) too"
            return event
        }
        quoting[0].messageID = "<x-SECRETBOB=private.example@mail.example>"
        quoting[1].outcomes[0].remoteMTA = "mx (secretbob@private.example)"
        quoting[2].reportingMTA = "host of secretbob@private.example"
        let others = (200..<400).map { report($0, address: "x\($0)@d\($0).example") }
        try ledger.commit([first, copy] + quoting + others)
        try ledger.suppress(
            ["secretbob@private.example"], reason: "secretive, rang twice", note: "Secretbob's wife", author: "wife",
            at: time(day: 1))
        try ledger.suppress(
            ["ann@dest.example"], reason: "as secretbob@private.example", note: "see secretbob@private.example",
            author: "secretbob@private.example", at: time(day: 1))
        let result = try ledger.forget(["secretbob@private.example"])
        #expect(result.isOffTheDisk)
        let names = ["head", "copy"] + ForgetTests.forms.indices.map { "quote\($0)" }
        #expect(Set(result.addresses[0].files) == Set(names.map { "/var/mail/bounces: \($0)" }))
        #expect(result.addresses[0].files.count == names.count)
        #expect(!result.addresses[0].hasPrunedReports)
        for text in ["secretbob", "private.example", "secretive", "wife"] where !TestServer.isInUse {
            #expect(shell("grep -ail '\(text)' '\(folder.path)'/*") == "", "\(text)")
        }
        guard case .suppressed(let suppression) = try ledger.check("secretbob@private.example", at: time(day: 9)) else {
            Issue.record("no longer suppressed")
            return
        }
        #expect(suppression.reason == "manual")
        // The others keep what they had, but for these texts.
        #expect(try ledger.address("ann@dest.example")?.state.suppression?.cause == .manual)
        #expect(try ledger.address("eve3@dest.example")?.history.first?.outcome.diagnostic == nil)
        #expect(try ledger.address("eve3@dest.example")?.history.first?.outcome.command == "RCPT")
        #expect(try ledger.address("x300@d300.example")?.history.first?.outcome.diagnostic != nil)
        #expect(try ledger.rebuild() == 0)
        #expect(try ledger.verify(limit: 3).differences == [])
        #expect(try ledger.forget(["secretbob@private.example"]).addresses[0].isKnown == false)
        #expect(try ledger.commit([first, copy]) == [.alreadyKnown, .alreadyKnown])
        #expect(try ledger.address("secretbob@private.example") == nil)
    }

    @Test("A reason that is given for others, too, stays what it is")
    func sharedReason() throws {
        let ledger = try freshLedger(Policy.byDays)
        try ledger.suppress(["bob@dest.example", "ann@dest.example"], reason: "unsubscribed", at: time(day: 0))
        try ledger.forget("bob@dest.example")
        guard case .suppressed(let suppression) = try ledger.check("bob@dest.example", at: time(day: 1)) else {
            Issue.record("no longer suppressed")
            return
        }
        #expect(suppression.reason == "unsubscribed")
    }

    @Test("After pruning it says that the files are no longer known")
    func pruned() throws {
        let ledger = try freshLedger(Policy.byDays)
        try ledger.commit([report(1, at: time(day: 0)), report(2, at: time(day: 20))])
        _ = try ledger.prune(olderThan: time(day: 10))
        let result = try ledger.forget(["bob@dest.example"]).addresses
        #expect(result[0].hasPrunedReports)
        #expect(result[0].files == ["/var/mail/bounces: 2.V1.host"])
    }

    @Test("While a reader holds what was there before nothing is called erased; the next call finishes it")
    func snapshot() throws {
        guard !TestServer.isInUse else { return }
        let folder = try TemporaryFolder()
        let ledger = try LedgerStore(path: folder.ledger, mode: .readWrite, policy: Policy.byDays, busySeconds: 0)
        try ledger.commit([report(1, address: "secretbob@dest.example")])
        let reader = try LedgerStore(path: folder.ledger, mode: .readWrite, policy: Policy.byDays)
        let result = try reader.read { connection in
            _ = try connection.integer("SELECT id FROM delivery")
            return try ledger.forget(["secretbob@dest.example"])
        }
        #expect(result.addresses[0].isKnown)
        #expect(!result.isOffTheDisk)
        #expect(shell("grep -ail secretbob '\(folder.path)'/*") != "")
        let again = try ledger.forget(["secretbob@dest.example"])
        #expect(!again.addresses[0].isKnown)
        #expect(again.isOffTheDisk)
        #expect(shell("grep -ail secretbob '\(folder.path)'/*") == "")
    }

    @Test("What SQLite leaves of a row in the gap of a page is found, and the file is written anew")
    func gaps() throws {
        guard !TestServer.isInUse else { return }
        let folder = try TemporaryFolder()
        let ledger = try LedgerStore(path: folder.ledger, mode: .readWrite, policy: Policy.byDays)
        try ledger.commit((0..<15).map { report($0, address: "secret\($0)@dest.example") })
        #expect(try ledger.checkpoint())
        let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: folder.ledger)))
        #expect(ErasedBytes(["secret7@dest.example", "x@y.example"]).areIn(bytes))
        #expect(!ErasedBytes(["ecret77@dest.example", "secret7@dest.examples"]).areIn(bytes))
        #expect(ErasedBytes(["bob@dest.example"]).areIn(Array("..bounce+bob=dest.example@x".utf8)))
        // A cell of SQLite's has overwritten the end; and somebody else of that name.
        #expect(ErasedBytes(["bob@dest.example"]).areIn(Array("..bob@dI".utf8) + [0x89, 0x33]))
        #expect(!ErasedBytes(["bob@dest.example"]).areIn(Array("..bob@dest.other, to bob=5 ".utf8) + [0x89, 0x33]))
        #expect(try ErasedBytes(["secret14@dest.example"]).areIn(file: folder.ledger))
        #expect(try !ErasedBytes(["nobody@dest.example"]).areIn(file: folder.ledger))
        // Of one that was never in it nothing has to be done; of one that is there the file is written anew.
        #expect(try ledger.engine.erase(remainsOf: ["nobody@dest.example"]))
        #expect(try ledger.engine.erase(remainsOf: ["secret7@dest.example"]))
        #expect(try ledger.check("secret7@dest.example", at: time(day: 9)) != .mayMail)
    }

    @Test("Of many addresses in a ledger that was written in any order not a byte is left")
    func many() throws {
        guard !TestServer.isInUse else { return }
        var generator = SeededGenerator(seed: 5)
        let folder = try TemporaryFolder()
        let ledger = try LedgerStore(path: folder.ledger, mode: .readWrite, policy: Policy.byDays)
        let names = (0..<2_000).map { _ in
            "n\(String(generator.next(), radix: 36))@dest\(generator.next() % 50).example"
        }
        for round in 0..<4 {
            let events = names.enumerated().map { number, name in
                softReport(round * 10_000 + number, address: name, at: time(day: 10 - round))
            }.shuffled(using: &generator)
            for start in stride(from: 0, to: events.count, by: 500) {
                try ledger.commit(Array(events[start..<start + 500]))
            }
        }
        let forgotten = Array(names.shuffled(using: &generator).prefix(200))
        #expect(try ledger.forget(forgotten).isOffTheDisk)
        let list = folder.path + "/../names-\(getpid())"
        let locals = forgotten.map { $0.split(separator: "@")[0] }.joined(separator: "\n") + "\n"
        try Data(locals.utf8).write(to: URL(fileURLWithPath: list))
        defer { try? FileManager.default.removeItem(atPath: list) }
        #expect(shell("grep -aFl -f '\(list)' '\(folder.path)'/*") == "")
        #expect(try ledger.verify(limit: 3).differences == [])
    }
}
