extension Dialect {
    /// X.400 gateways (MSA, MTS, PMDF-X400): the address as attributes, `Unable to deliver … diagnostic: 0x`.
    static let x400 = Dialect(
        "x400",
        signs: [
            (.text, "the mts-id of the original message is: c="),
            (.text, "x.400"),
            (.text, "unable-to-transfer"),
            (.text, "mts diagnostic"),
            (.text, "unrecognised or-name"),
            (.text, "gives error message (user)"),
            (.from, "x400"),
        ],
        mend: sentences(
            "x400",
            [
                ("unrecognised or-name", .userUnknown), ("unrecognised-or-name", .userUnknown),
                ("unrecognized or-name", .userUnknown), ("gives error message (user) unknown user name", .userUnknown),
                ("maximum-time-expired", .expired), ("maximum time expired", .expired),
            ]))
}
