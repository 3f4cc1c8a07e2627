/// Where a file went, in two parts: folders repeat, and most names are the unique name and the flag "seen".
struct StoredPlace {
    var folder: String?
    /// `nil` if the name has the usual form.
    var file: String?

    init(_ destination: String?, key: DeliveryKey) {
        guard let destination else { return }
        (folder, file) = destination.withBytes { path in
            guard let slash = path.lastIndex(of: UInt8(ascii: "/")) else { return (nil, destination) }
            let name = path[(slash + 1)...]
            let isUsual =
                name.count == key.unique.count + StoredPlace.usualEnd.utf8.count && name.starts(with: key.unique)
                && name.dropFirst(key.unique.count).elementsEqual(StoredPlace.usualEnd.utf8)
            return (
                String(decoding: path[..<slash], as: UTF8.self), isUsual ? nil : String(decoding: name, as: UTF8.self)
            )
        }
    }

    static func path(folder: String?, file: String?, key: DeliveryKey) -> String? {
        guard let folder else { return file }
        return folder + "/" + (file ?? usualName(key))
    }

    private static let usualEnd = ":2,S"

    private static func usualName(_ key: DeliveryKey) -> String {
        String(decoding: key.unique, as: UTF8.self) + usualEnd
    }
}
