import ArgumentParser
import Ledger

/// What a column of a table, or a key of a JSON object, says about its address. The raw value is our own name for it.
enum ListRole: String, CaseIterable {
    /// When it was suppressed, and until when.
    case since
    case until
    case reason
    case note
    /// One of the words of ``ListNames/words``.
    case cause
    case stream
    case relay
}

/// What the columns of a table, or the keys of JSON objects, mean.
///
/// Names are compared by their letters and digits, in lower case. Of several in one list the first is meant.
struct ListNames: Equatable {
    /// What a word of a list says about its address.
    enum Meaning: Equatable {
        case suppressed(Suppression.Cause)
        /// It may be mailed.
        case free
    }

    var address: [String]
    /// The names of what else a list says.
    var roles: [ListRole: [String]] = [:]
    var words: [String: Meaning] = [:]
    /// A column that only a list of one cause has.
    var signs: [(name: String, cause: Suppression.Cause)] = []
    /// A column that must have this value: rows with another one are about something else.
    var only: (name: String, value: String)?
    /// Whether the user gives the cause of all lines, so that other words of the list do not matter.
    var isCauseGiven = false
    /// Whether it is a service's export: dates may be numbers or as in mails, and each line must have a cause.
    var isOfProvider = false

    static func == (left: Self, right: Self) -> Bool {
        left.address == right.address && left.roles == right.roles && left.words == right.words
    }

    subscript(role: ListRole) -> [String] { roles[role] ?? [] }

    /// Our own names, which other programs' tables share.
    static let own = ListNames(
        address: [
            "email", "emailaddress", "mail", "mailaddress", "emailadresse", "mailadresse", "メールアドレス", "recipient",
            "recipientaddress", "address",
        ],
        roles: [
            .reason: ["reason", "suppressionreason", "bouncereason"],
            // The date of a subscription (`created_at`, `date`) would date a suppression far back, so that a later release
            // undoes it.
            .since: [
                "since", "suppressedat", "suppressedon", "suppressedsince", "suppressiondate", "suppressiontime",
                "bouncedat",
                "bouncedon", "bouncedate", "bouncetime", "complainedat", "complaintdate", "complainttime",
                "unsubscribedat",
                "unsubscribedon", "unsubscribedate", "optedoutat", "optoutdate", "blockedat", "blocklistedat",
                "blacklistedat",
            ],
            // Not `expires`: a subscription that has ended is not a suppression that has ended.
            .until: ["until", "suppresseduntil", "suppressionuntil", "suppressionend", "suppressionends"],
            .note: ["note", "comment"], .cause: ["cause"], .stream: ["stream"], .relay: ["relay"],
        ],
        words: Dictionary(
            uniqueKeysWithValues: Suppression.Cause.allCases.map { ($0.name, Meaning.suppressed($0)) }))

    /// `email` for `E-Mail`: letters and digits, in lower case.
    static func key(_ name: String) -> String {
        var key = ""
        for scalar in name.lowercased().unicodeScalars
        where scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) {
            key.unicodeScalars.append(scalar)
        }
        return key
    }
}

/// A service whose exports `import` reads by their own names. docs/interface.md has the names, and where they are from.
enum ListProvider: String, CaseIterable, ExpressibleByArgument {
    case amazonSES = "amazon-ses"
    case sendGrid = "sendgrid"
    case postmark
    case mailgun
    case mailchimp
    case listmonk
    case phpList = "phplist"
    case mautic

    var names: ListNames {
        var names = description
        names.isOfProvider = true
        return names
    }

    private var description: ListNames {
        switch self {
        case .amazonSES:
            ListNames(
                address: ["emailaddress"], roles: [.since: ["lastupdatetime"], .cause: ["reason"]],
                words: ["bounce": .suppressed(.hard), "complaint": .suppressed(.complaint)])
        case .sendGrid:
            // Its lists are alike, and do not say what they are.
            ListNames(address: ["email"], roles: [.since: ["created"], .note: ["reason"]])
        case .postmark:
            ListNames(
                address: ["emailaddress"],
                roles: [.since: ["createdat"], .note: ["origin"], .cause: ["suppressionreason"]],
                words: [
                    "hardbounce": .suppressed(.hard), "spamcomplaint": .suppressed(.complaint),
                    "manualsuppression": .suppressed(.manual),
                ])
        case .mailgun:
            ListNames(
                address: ["address"], roles: [.since: ["createdat"], .note: ["error"]],
                signs: [("error", .hard), ("tags", .unsubscribed)])
        case .mailchimp:
            ListNames(
                address: ["emailaddress"], roles: [.since: ["unsubtime", "cleantime"], .note: ["unsubreason"]],
                signs: [("unsubtime", .unsubscribed), ("cleantime", .hard)])
        case .listmonk:
            ListNames(
                address: ["email"], roles: [.since: ["updatedat", "createdat"], .cause: ["status", "type"]],
                words: [
                    "blocklisted": .suppressed(.manual), "enabled": .free, "disabled": .free,
                    "hard": .suppressed(.hard), "complaint": .suppressed(.complaint), "soft": .free,
                ])
        case .phpList:
            ListNames(
                address: ["email"],
                roles: [.since: ["added"], .cause: ["isthissubscriberblacklisted", "blacklisted"]],
                words: ["1": .suppressed(.manual), "0": .free, "yes": .suppressed(.manual), "no": .free],
                signs: [("added", .manual)])
        case .mautic:
            ListNames(
                address: ["email"], roles: [.since: ["dateadded"], .note: ["comments"], .cause: ["reason"]],
                words: [
                    "0": .free, "1": .suppressed(.unsubscribed), "2": .suppressed(.hard), "3": .suppressed(.manual),
                ],
                only: ("channel", "email"))
        }
    }
}
