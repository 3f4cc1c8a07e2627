import Bytes
import Verdict

/// What identifies a canary: 65 random bits, so that nobody can answer one that he did not get.
///
/// It stands in the Message-ID and, if the administrator named a domain, in the recipient: `canary-TOKEN@…` in both.
package struct CanaryToken: Sendable, Hashable {
    /// Characters of base32 (RFC 4648, section 6), five bits each. A signed return path holds them, in 64 octets.
    package static let characters = 13
    package static let prefix = "canary-"
    private static let alphabet = Array("abcdefghijklmnopqrstuvwxyz234567".utf8)

    /// In lower case.
    package let text: String

    package static func random() -> CanaryToken {
        var generator = SystemRandomNumberGenerator()
        let bytes = (0..<characters).map { _ in alphabet[Int(generator.next() as UInt8) & 31] }
        return CanaryToken(stored: String(decoding: bytes, as: UTF8.self))
    }

    init(stored text: String) { self.text = text }

    /// The token in an address or a Message-ID; `nil` if its local part is anything but a canary's.
    package init?(in address: String) {
        let bytes = address.utf8
        // Nearly all others end here.
        guard bytes.first?.lowercased == UInt8(ascii: "c") else { return nil }
        let local = bytes.prefix { $0 != UInt8(ascii: "@") }.map(\.lowercased)
        guard local.count == Self.prefix.utf8.count + Self.characters, local.count < bytes.count,
            local.starts(with: Self.prefix.utf8)
        else { return nil }
        let token = local.suffix(Self.characters)
        guard token.allSatisfy(Self.alphabet.contains) else { return nil }
        self.init(stored: String(decoding: token, as: UTF8.self))
    }

    /// As a recipient, or as a Message-ID without angle brackets.
    package func address(at domain: String) -> String { "\(Self.prefix)\(text)@\(domain)" }
}

/// A mail to an address that is known to refuse: if its report comes, bounces come back.
package struct Canary: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
        /// To an address of our own server that does not exist: from the queue to the scan, all within one machine.
        case local
        /// To another server's.
        case remote
    }

    /// The report that came.
    package struct Answer: Sendable, Equatable {
        /// When it arrived, in seconds since 1970 UTC.
        package var at: Int64
        /// Who wrote it; `nil` if that cannot be told.
        package var origin: Token<Origin>?
        package var dialect: String?
        package var status: String?
        /// Whether it came to the return path with the tag that the canary was sent from.
        package var hasTag: Bool
    }

    /// What is known of it at a moment.
    package enum State: Sendable, Equatable {
        /// It was not sent, and why.
        case failed(String)
        case waiting
        case answered(Answer)
        /// No report came within the time.
        case overdue
    }

    package var token: CanaryToken
    package var kind: Kind
    /// The address or domain of the configuration.
    package var target: String
    package var recipient: String
    /// The return path; empty if none could be made.
    package var sender: String
    /// Whether the return path has a tag.
    package var isTagged: Bool
    /// When it was handed to sendmail, in seconds since 1970 UTC.
    package var sent: Int64
    /// When the report must have come.
    package var due: Int64
    package internal(set) var failure: String?
    /// When a notice came that its delivery is delayed.
    package internal(set) var delayed: Int64?
    package internal(set) var answer: Answer?

    package init(
        token: CanaryToken, kind: Kind, target: String, recipient: String, sender: String, isTagged: Bool, sent: Int64,
        due: Int64
    ) {
        self.token = token
        self.kind = kind
        self.target = target
        self.recipient = recipient
        self.sender = sender
        self.isTagged = isTagged
        self.sent = sent
        self.due = due
    }

    package func state(at now: Int64) -> State {
        if let answer { return .answered(answer) }
        if let failure { return .failed(failure) }
        return now < due ? .waiting : .overdue
    }
}

/// The canaries to one target.
package struct CanaryHistory: Sendable, Equatable {
    /// The last one; `nil` if there was none.
    package var latest: Canary?
    /// The last one that sendmail took.
    package var lastSent: Canary?
    /// The last one that was answered or is overdue.
    package var decided: Canary?
    /// The last answer.
    package var lastAnswered: Canary?
}

/// What a message says of canaries.
package struct CanaryReport: Sendable, Equatable {
    package enum Effect: Sendable, Equatable {
        /// It is a report on a failure.
        case answer
        /// It says that the mail is still on its way.
        case delay
        /// Neither, such as an automatic answer.
        case none
    }

    /// The tokens that it names, at most ``LedgerLimits/canaryTokens``. Only those that the ledger knows count.
    package var tokens: [CanaryToken]
    package var effect: Effect
    package var origin: Token<Origin>?
    package var dialect: String?
    package var status: String?
    /// Whether one of our keys has signed the return path that it came to.
    package var isSigned: Bool
    /// The addresses that it was delivered to.
    package var deliveredTo: [String]
    /// Of the tokens that the ledger knows, those whose return path it came to.
    var tagged: [CanaryToken] = []

    /// `nil` if none of the names has the form of a canary's.
    ///
    /// - Parameters:
    ///   - messageID: the returned mail's.
    ///   - recipients: the addresses that the message is about.
    package init?(
        messageID: String?, recipients: some Sequence<String>, effect: Effect, origin: Token<Origin>? = nil,
        dialect: String? = nil, status: String? = nil, isSigned: Bool = false, deliveredTo: [String] = []
    ) {
        var tokens = messageID.flatMap { CanaryToken(in: $0) }.map { [$0] } ?? []
        for recipient in recipients {
            guard let token = CanaryToken(in: recipient), !tokens.contains(token) else { continue }
            tokens.append(token)
            if tokens.count >= LedgerLimits.canaryTokens { break }
        }
        if tokens.isEmpty { return nil }
        self.tokens = tokens
        self.effect = effect
        self.origin = origin
        self.dialect = dialect
        self.status = status
        self.isSigned = isSigned
        self.deliveredTo = deliveredTo
    }

    /// Whether it came to a return path, which BATV may have lengthened (`prvs=0123abcdef=bounce@…`).
    func came(to sender: String) -> Bool {
        let sender = sender.lowercased()
        return deliveredTo.contains {
            let address = $0.lowercased()
            return address == sender || address.hasSuffix("=" + sender)
        }
    }
}

extension Token<MessageClass> {
    /// The class of a delivery about a canary, which is in no count and no statistic.
    package static var canary: Token { Token(text: "canary") }
}

extension DeliveryEvent {
    var isCanary: Bool { `class` == .canary }

    /// The event of a report about canaries that the ledger knows: only its file and its identity are left.
    ///
    /// - Parameter tagged: those whose return path it came to.
    func about(_ tokens: [CanaryToken], tagged: [CanaryToken]) -> DeliveryEvent {
        var event = self
        event.canary?.tokens = tokens
        event.canary?.tagged = tagged
        event.class = .canary
        event.captured = []
        (event.origin, event.dialect, event.reportingMTA) = (nil, nil, nil)
        (event.stream, event.mailed, event.isBulk) = (nil, nil, false)
        (event.isHeld, event.isWithheld) = (false, false)
        (event.outcomes, event.rules) = ([], [])
        return event
    }
}
