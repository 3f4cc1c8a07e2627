@testable import Ledger

/// 2026-11-01T00:00:00Z, the day from which the samples count.
let dayZero: Int64 = 1_793_491_200

func time(day: Int, hour: Int = 12) -> Int64 {
    dayZero + Int64(day) * 86_400 + Int64(hour) * 3_600
}

func fingerprint(_ number: Int) -> Fingerprint {
    // Spread, so that the order of fingerprints is not the order of numbers.
    Fingerprint(
        high: UInt64(bitPattern: Int64(number)) &* 0x9E37_79B9_7F4A_7C15, low: UInt64(bitPattern: Int64(number)))
}

/// A report about one address.
func report(
    _ number: Int, name: String? = nil, class name2: String = "hard-bounce", kind: String = "hard",
    reason: String = "userunknown", status: String? = "5.1.1", replyCode: String? = "550",
    address: String = "bob@dest.example", at arrival: Int64 = time(day: 0), origin: String? = "local"
) -> DeliveryEvent {
    var event = DeliveryEvent(
        key: DeliveryKey(maildir: "/var/mail/bounces", unique: Array((name ?? "\(number).V1.host").utf8)),
        messageID: "<\(number)@mail.example>", fingerprint: fingerprint(number), class: Token(text: name2),
        origin: origin.map { Token(text: $0) },
        arrival: arrival, dialect: "postfix", reportingMTA: "mail.example", destination: nil,
        outcomes: [
            OutcomeEvent(
                address: address, fate: Fate(text: kind), reason: Token(text: reason), status: status,
                replyCode: replyCode, action: "failed",
                diagnostic: "550 5.1.1 <\(address)>: User unknown", remoteMTA: "mx.dest.example", command: "RCPT")
        ], rules: ["rule-\(number % 3)"])
    // Differs between copies of a report.
    event.captured = [
        CapturedField("x-campaign", "\(number % 4)"), CapturedField("subject", "News for \(name ?? "all")"),
    ]
    return event
}

func softReport(_ number: Int, address: String = "bob@dest.example", at arrival: Int64) -> DeliveryEvent {
    report(
        number, class: "soft-bounce", kind: "soft", reason: "mailboxfull", status: "4.2.2", replyCode: "452",
        address: address, at: arrival)
}

extension LedgerStore {
    /// All that the ledger holds, without the numbers of the rows, which depend on the order of writing.
    func dump() throws -> [String: [String]] {
        func rows(_ sql: String, _ columns: Int32) throws -> [String] {
            try read { connection in
                let query = try connection.prepare(sql)
                var rows = [String]()
                while try query.step() {
                    rows.append((0..<columns).map { query.optionalText($0) ?? "NULL" }.joined(separator: "|"))
                }
                return rows
            }
        }
        return [
            "address": try rows(
                """
                SELECT address, spelling, hard, soft, delayed, delivered, complaint, auto_reply, other, first_seen,
                    last_seen, streak, hex(streaks), cause, r.text, since, until, days, last_action, held_since, h.text,
                    party
                FROM address LEFT JOIN term AS r ON r.id = reason LEFT JOIN term AS h ON h.id = held_reason
                ORDER BY address
                """, 22),
            "stream": try rows(
                """
                SELECT a.address, t.text, s.since FROM stream_suppression AS s JOIN address AS a ON a.id = s.address
                JOIN term AS t ON t.id = s.stream ORDER BY 1, 2
                """, 3),
            "mailing": try rows(
                """
                SELECT t.text, day, CASE WHEN low < high OR folded <> 0 THEN 1 ELSE 0 END FROM mailing_day JOIN term AS t ON t.id = stream
                ORDER BY 1, 2
                """, 3),
            "brake": try rows(
                """
                SELECT p.text, r.text, hour, addresses, votes * 1000 + vouched, status,
                    (SELECT group_concat(n) FROM (SELECT a.address || ' ' || m.weight AS n FROM brake_member AS m
                        JOIN address AS a ON a.id = m.address
                        WHERE (m.provider, m.reason, m.hour) = (b.provider, b.reason, b.hour) ORDER BY n) AS names)
                FROM brake_hour AS b JOIN term AS p ON p.id = b.provider JOIN term AS r ON r.id = b.reason
                ORDER BY 1, 2, 3
                """, 7),
            "action": try rows(
                """
                SELECT a.address, at, kind, term.text FROM action JOIN address AS a ON a.id = action.address
                JOIN term ON term.id = action.reason ORDER BY 1, 2, 3, 4
                """, 4),
            "delivery": try rows(
                """
                SELECT m.text, hex(d.name), hex(d.fingerprint), d.arrival, c.text, o.text, d.message_id,
                    h.name IS NULL, hex(h.name), d.first_seen, s.text, d.delivered_to, d.vouched, d.held, d.withheld,
                    d.sharers
                FROM delivery AS d JOIN term AS m ON m.id = d.maildir JOIN term AS c ON c.id = d.class
                LEFT JOIN term AS o ON o.id = d.origin LEFT JOIN delivery AS h ON h.id = d.duplicate_of
                LEFT JOIN term AS s ON s.id = d.stream
                ORDER BY 1, 2
                """, 16),
            "outcome": try rows(
                """
                SELECT hex(d.name), o.id & 1048575, a.address, k.text, r.text, o.diagnostic, o.party, o.cause,
                    o.spelling
                FROM outcome AS o JOIN delivery AS d ON d.id = o.id >> 20
                LEFT JOIN address AS a ON a.id = o.address
                JOIN term AS k ON k.id = o.kind JOIN term AS r ON r.id = o.reason ORDER BY 1, 2
                """, 9),
            "captured": try rows(
                """
                SELECT hex(d.name), t.text, c.value, c.arrival,
                    CASE WHEN d.arrival = c.arrival THEN 1 ELSE 0 END
                FROM captured AS c JOIN delivery AS d ON d.id = c.delivery
                LEFT JOIN term AS t ON t.id = c.name ORDER BY 1, 2
                """, 5),
            "tally": try rows(
                """
                SELECT hour, c.text, o.text, counted, duplicates FROM tally JOIN term AS c ON c.id = class
                LEFT JOIN term AS o ON o.id = origin ORDER BY 1, 2, 3
                """, 5),
            "rule_hit": try rows(
                "SELECT term.text, hits, last_seen FROM rule_hit JOIN term ON term.id = rule ORDER BY 1", 3),
        ]
    }
}

func permutations<Element>(_ elements: [Element]) -> [[Element]] {
    if elements.count <= 1 { return [elements] }
    return elements.indices.flatMap { index -> [[Element]] in
        var rest = elements
        let chosen = rest.remove(at: index)
        return permutations(rest).map { [chosen] + $0 }
    }
}

/// A report from outside that names these addresses. It is held if they are more than the limit.
func forged(
    _ number: Int, _ addresses: [String], class name: String = "hard-bounce", kind: String = "hard",
    reason: String = "userunknown", at arrival: Int64 = time(day: 0), limit: Int = LedgerLimits.addressesFromOutside
) -> DeliveryEvent {
    var event = report(number, class: name, kind: kind, reason: reason, at: arrival, origin: "remote")
    event.isVouched = false
    event.outcomes = addresses.map { address in
        var outcome = event.outcomes[0]
        outcome.address = address
        return outcome
    }
    event.holdIfLarge(limit: limit)
    return event
}

extension Policy {
    /// Soft bounces by days, five within thirty, as in version 0.1.0.
    static var byDays: Policy {
        var policy = Self.init()
        policy.soft = fiveDays
        return policy
    }

    var softDays: Rule {
        get { soft ?? Policy.fiveDays }
        set { soft = newValue }
    }

    var softExpiryDays: Int? {
        get { softDays.expiryDays }
        set { softDays.expiryDays = newValue }
    }
}
