import Bytes
import Ledger
import MIME
import Verdict

/// All that a report over everything shows.
struct StatisticsData {
    /// The reasons that say that no reason was found.
    static let undecidedReasons: [Reason] = [.undefined, .onHold]

    let ledger: String
    let window: StatisticsWindow
    /// What was asked for, in words.
    let span: String
    let now: Int64
    let tally: [DayTally]
    /// Reports of the window of which only day, class and origin are kept.
    let pruned: Int
    let figures: RecipientFigures
    /// The captured field that a campaign is a value of, or nil.
    let campaignHeader: CustomFieldName?
    let suppressions: NewSuppressions
    /// What waits for a decision now, whenever it came.
    let brakes: [BrakeEpisode]
    let heldReports: [HeldReport]
    /// Who refuses mail now for faults of the sender; nobody if the window ends before today.
    let sendersFaults: SendersFaults
    /// Recipients without a reason, by what was said about them.
    var undecided = LikenessGroups<ReportSample>()

    init(
        _ ledger: LedgerStore, _ window: StatisticsWindow, span: String, now: Int64, campaignHeader: CustomFieldName?,
        suppressedLimit: Int
    ) throws(LedgerError) {
        self.ledger = ledger.path
        self.window = window
        self.span = span
        self.now = now
        tally = try ledger.tally(window)
        pruned = try ledger.prunedReports(window)
        self.campaignHeader = campaignHeader
        figures = try ledger.recipientFigures(window, captured: campaignHeader?.lowercased)
        sendersFaults =
            window.end > now - now % CalendarTime.secondsPerDay
            ? try ledger.sendersFaults(at: now, limit: SendersFaults.listed) : SendersFaults()
        suppressions = try ledger.newSuppressions(window, at: now, limit: suppressedLimit)
        brakes = try ledger.brakes()
        heldReports = try ledger.heldReports()
        try ledger.recipients(window, reasons: Self.undecidedReasons) { said, sample throws(LedgerError) in
            try undecided.add(Likeness.key(said ?? ""), sample)
            return true
        }
    }

    var reports: Int { tally.reduce(0) { $0 + $1.counted } }
    var duplicates: Int { tally.reduce(0) { $0 + $1.duplicates } }
    func reports(origin: Origin) -> Int { tally.reduce(0) { $0 + ($1.origin?.value == origin ? $1.counted : 0) } }
    func reports(class: MessageClass) -> Int {
        tally.reduce(0) { $0 + ($1.class.value == `class` ? $1.counted : 0) }
    }
}
