/// Where a file went, in two parts: folders repeat, and most names are the unique name and the flag "seen".
struct StoredPlace {
    var folder: String?
    /// Nothing where the name is the usual one.
    var file: String?

    init(_ destination: String?, key: DeliveryKey) {
        guard let destination else { return }
        guard let slash = destination.utf8.lastIndex(of: UInt8(ascii: "/")) else {
            file = destination
            return
        }
        folder = String(destination[..<slash])
        let name = destination[destination.utf8.index(after: slash)...]
        if !name.utf8.elementsEqual(StoredPlace.usualName(key).utf8) {
            file = String(name)
        }
    }

    static func path(folder: String?, file: String?, key: DeliveryKey) -> String? {
        guard let folder else { return file }
        return folder + "/" + (file ?? usualName(key))
    }

    private static func usualName(_ key: DeliveryKey) -> String {
        String(decoding: key.unique, as: UTF8.self) + ":2,S"
    }
}
