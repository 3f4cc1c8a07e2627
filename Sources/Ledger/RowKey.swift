/// What rows can be looked up by.
protocol RowKey {
    func bind(to query: Query) throws
    static func array(_ keys: [Self]) -> PostgresArray
}

extension String: RowKey {
    func bind(to query: Query) throws { try query.bind(1, self) }
    static func array(_ keys: [String]) -> PostgresArray { PostgresArray(keys) }
}

extension [UInt8]: RowKey {
    func bind(to query: Query) throws { try query.bind(1, self) }
    static func array(_ keys: [[UInt8]]) -> PostgresArray { PostgresArray(keys) }
}
