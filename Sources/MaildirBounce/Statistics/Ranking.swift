extension Dictionary where Key == String, Value == Int {
    /// The counts, the largest first; of two alike the first by name.
    var ranked: [(key: String, value: Int)] {
        sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    }
}
