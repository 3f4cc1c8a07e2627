import Bytes
import Verdict

/// The latest rows of each group.
struct SampleLists {
    private struct Place {
        var arrival: Int64
        var delivery: Int64
        var outcome: Int64?
    }

    private let groups: [StatisticsGroup]
    private let limit: Int
    private var lists: [[Place]]
    private var classes: [Int64: Int] = [:]
    private var origins: [Int64: Int] = [:]
    private var reasons: [Int64: Int] = [:]
    private var parties: [Party?: Int] = [:]
    private var reportingMTAs: [Int64: Int] = [:]
    private var streams: [Int64: Int] = [:]
    private var campaigns: [String: Int] = [:]
    private var domains: [String: Int] = [:]
    private var providers: [String: Int] = [:]
    private var days: [Int64: Int] = [:]

    init(_ groups: Set<StatisticsGroup>, _ scan: StatisticsScan, limit: Int) throws {
        self.groups = Array(groups)
        self.limit = limit
        lists = Array(repeating: [], count: groups.count)
        for (index, group) in self.groups.enumerated() {
            switch group {
            case .class(let token): classes[try scan.terms.known(token.text) ?? -1] = index
            case .origin(let token): origins[try token.map { try scan.terms.known($0.text) ?? -1 } ?? 0] = index
            case .days(let range): for day in range { days[day] = index }
            case .reason(let token): reasons[try scan.terms.known(token.text) ?? -1] = index
            case .party(let party): parties[party] = index
            case .domain(let name): domains[name] = index
            case .provider(let name): providers[name] = index
            case .reportingMTA(let name):
                reportingMTAs[name.isEmpty ? 0 : try scan.terms.known(name) ?? -1] = index
            case .stream(let name): streams[name.isEmpty ? 0 : try scan.terms.known(name) ?? -1] = index
            case .campaign(let value): campaigns[value] = index
            }
        }
    }

    mutating func take(_ row: StatisticsScan.Row, _ scan: StatisticsScan) throws {
        let place = Place(arrival: row.arrival, delivery: row.delivery, outcome: row.recipient?.outcome)
        if row.isFirst {
            insert(place, classes[row.classTerm])
            insert(place, origins[row.origin ?? 0])
            insert(place, days[CalendarTime.day(of: row.arrival)])
        }
        guard let recipient = row.recipient else { return }
        insert(place, reasons[recipient.reason])
        insert(place, parties[recipient.party])
        insert(place, reportingMTAs[row.reportingMTA ?? 0])
        insert(place, streams[row.stream ?? 0])
        if !campaigns.isEmpty { insert(place, campaigns[row.captured ?? ""]) }
        if !domains.isEmpty { insert(place, domains[scan.domains[scan.domain(recipient)]]) }
        if !providers.isEmpty { insert(place, providers[try scan.provider(row, recipient)]) }
    }

    private mutating func insert(_ place: Place, _ list: Int?) {
        guard let list else { return }
        if lists[list].count == limit {
            guard let last = lists[list].last, place.arrival > last.arrival else { return }
            lists[list].removeLast()
        }
        let index = lists[list].firstIndex { $0.arrival < place.arrival } ?? lists[list].endIndex
        lists[list].insert(place, at: index)
    }

    func read(_ connection: any Connection, _ scan: StatisticsScan) throws -> [StatisticsGroup: [ReportSample]] {
        let reader = try SampleReader(connection, scan.terms)
        var result = [StatisticsGroup: [ReportSample]]()
        for (group, places) in zip(groups, lists) {
            result[group] = try places.compactMap { try reader.sample($0.delivery, $0.outcome) }
        }
        return result
    }
}
