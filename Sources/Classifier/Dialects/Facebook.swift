extension Dialect {
    /// Facebook: `550 5.1.1 RCP-P1`, documented at postmaster.facebook.com/response_codes.
    static let facebook = Dialect(
        "facebook",
        signs: [
            (.from, "facebook.com"),
            (.from, "mx.facebook"),
        ])
}
