/// How much of a report is taken into a verdict.
public enum Limits {
    /// Bytes of `Outcome.diagnostic`.
    public static let diagnosticBytes = 1_000
    /// Recipients of one report. A report about more is read up to here and says so.
    public static let recipients = 10_000
    /// Bytes of a delivery-status part that are read.
    public static let deliveryStatusBytes = 4 << 20
    /// Bytes of prose that are searched for failed recipients.
    public static let proseBytes = 128 << 10
    /// Bytes of an original's header that are read where it is quoted as text.
    public static let quotedHeaderBytes = 64 << 10
}
