extension Dialect {
    /// DragonFly Mail Agent: `There was an error delivering your mail to <…>.`.
    static let dragonfly = Dialect(
        "dma",
        signs: [
            (.text, "this is the dragonfly mail agent"),
            (.text, "dragonfly mail agent"),
        ])
}
