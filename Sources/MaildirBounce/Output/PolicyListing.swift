import Bytes
import Ledger

/// One number of the policy that is in force.
struct PolicyNumber {
    /// Its key below `policy`, such as `soft.days`.
    var key: String
    var value: String
    /// `default`, or the file, the line and the column that set it.
    var source: String
    /// What an override is about.
    var about: String?
}

extension PolicyTable {
    /// Every number in force, in the order of the documentation.
    func numbers(in edition: Policy.Edition) -> [PolicyNumber] {
        let policy = self.policy.inEdition(edition)
        var numbers: [PolicyNumber] = []
        func add(_ key: String, _ value: String, about: String? = nil, otherwise source: String = "default") {
            numbers.append(PolicyNumber(key: key, value: value, source: places[key] ?? source, about: about))
        }
        func add(_ name: String, _ rule: Policy.Rule, about: String? = nil, otherwise source: String = "default") {
            add("\(name).days", "\(rule.days)", about: about, otherwise: source)
            add("\(name).within_days", "\(rule.within)", about: about, otherwise: source)
            add("\(name).quiet_days", "\(rule.quietDays)", about: about, otherwise: source)
            add("\(name).span_days", "\(rule.spanDays)", about: about, otherwise: source)
            add("\(name).expiry_days", rule.expiryDays.map { "\($0)" } ?? "0", about: about, otherwise: source)
        }
        func add(_ name: String, _ rule: Policy.MailingRule) {
            add("\(name).mailings", "\(rule.mailings)")
            add("\(name).mailing_span_days", "\(rule.mailingSpanDays)")
            add("\(name).days", "\(rule.days)")
            add("\(name).apart_days", "\(rule.apartDays)")
            add("\(name).span_days", "\(rule.spanDays)")
            add("\(name).within_days", "\(rule.within)")
            add("\(name).expiry_days", rule.expiryDays.map { "\($0)" } ?? "0")
        }
        if edition != .current {
            add("edition", "\(edition.rawValue)", otherwise: "the ledger; see policy adopt")
        }
        add("hard", policy.hard)
        add("hostunknown", policy.hostUnknown)
        if let soft = policy.soft {
            add("soft", soft)
        } else {
            add("recipient", policy.recipient)
            add("system", policy.system)
        }
        add("complaint", policy.complaint)
        if let sender = policy.sender {
            add("sender", sender)
            if let days = numbers.firstIndex(where: { $0.key == "sender.days" }) {
                numbers[days].about =
                    "the sender's fault: \(Policy.sendersReasons.map(\.rawValue).sorted().joined(separator: " "))"
            }
        }
        add("relay", policy.relay)
        add("delivery_lifts_soft", "\(policy.deliveryLiftsSoft)")
        add("life_lifts_hard", "\(policy.lifeLiftsHard)")
        add("brake.enabled", "\(policy.brake != nil)")
        if let brake = policy.brake {
            add("brake.minimum", "\(brake.minimum)")
            add("brake.factor", "\(brake.factor)")
            add("brake.window_hours", "\(brake.windowHours)")
            add("brake.baseline_days", "\(brake.baselineDays)")
            add("brake.confirm_after_days", "\(brake.confirmAfterDays)")
        }
        for (number, override) in policy.overrides.enumerated() {
            let about = [
                override.cause.map { "cause \($0.name)" }, override.party.map { "party \($0.rawValue)" },
                override.class.map { "class \($0.rawValue)" },
                override.reason.map { "reason \($0.rawValue)" },
                override.domain.map { "domain \($0)" },
            ].compactMap(\.self).joined(separator: ", ")
            let source = override.cause.map { "as \($0.name)" } ?? "default"
            add("override.\(number + 1)", override.rule, about: about, otherwise: source)
        }
        return numbers
    }
}

extension PolicyStep {
    /// The cells of a line for people.
    var cells: [String] {
        var words = [what]
        if let reason { words.append(reason.text) }
        return [timestamp(at) ?? "?", terminalSafe(words.joined(separator: " ")), terminalSafe(text)]
    }
}

extension PolicyChange {
    /// What changes: `suppress` or `release`.
    var direction: String { after == nil ? "release" : "suppress" }

    /// Why it is, or would be, left out.
    var suppression: Suppression? { after ?? before }

    /// One sentence for people.
    var sentence: String {
        let why = suppression?.sentence ?? ""
        return after == nil ? "would be mailed again; suppressed \(why)" : "would be suppressed \(why)"
    }
}

extension JSONWriter {
    mutating func policyNumber(_ number: PolicyNumber) {
        object { writer in
            writer.member("key", "policy." + number.key)
            if let value = Int(number.value) {
                writer.member("value", value)
            } else {
                writer.member("value", number.value == "true")
            }
            writer.member("about", number.about)
            writer.member("source", number.source)
        }
        endLine()
    }

    mutating func policyStep(_ step: PolicyStep, of address: String) {
        object { writer in
            writer.member("address", address)
            writer.member("at", timestamp(step.at))
            writer.member("what", step.what)
            writer.member("reason", step.reason?.text)
            writer.member("party", step.party?.rawValue)
            writer.member("class", step.class?.text)
            writer.member("brake", step.brake == .normal ? nil : step.brake.name)
            writer.member("streak_days", step.streakDays)
            writer.member("suppressed", step.suppression != nil)
            if let suppression = step.suppression { writer.object("suppression") { $0.suppression(suppression) } }
            writer.member("text", step.text)
        }
        endLine()
    }

    mutating func policyChange(_ change: PolicyChange) {
        object { writer in
            writer.member("address", change.address)
            writer.member("change", change.direction)
            if let suppression = change.suppression { writer.suppression(suppression) }
        }
        endLine()
    }
}

extension BrakeStatus {
    var name: String {
        switch self {
        case .normal: "normal"
        case .held: "held"
        case .confirmed: "confirmed"
        case .released: "released"
        }
    }
}
