extension Dialect {
    /// Proofpoint Messaging and Essentials.
    static let proofpoint = Dialect(
        "proofpoint",
        signs: [
            (.text, "proofpoint"),
            (.from, "pphosted.com"),
            (.from, "ppe-hosted.com"),
        ])
}
