// swift-tools-version: 6.2
import PackageDescription

/// A package of its own: libFuzzer brings its own main, and every module is built with its instruments. `run.sh` builds it.
/// Sources/ holds links to the modules, so that they are of one package with their fuzzers.
let fuzzers: [(name: String, module: String)] = [
    ("MIMEFuzzer", "MIME"),
    ("ClassifierFuzzer", "Classifier"),
    ("NameFuzzer", "Maildir"),
    ("ConfigFuzzer", "Config"),
]

let package = Package(
    name: "maildir-bounce-fuzz",
    dependencies: [
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2")
    ],
    targets: [
        .target(name: "Bytes"),
        .target(name: "MIME", dependencies: ["Bytes"]),
        .target(name: "ReturnPath", dependencies: ["Bytes", .product(name: "Crypto", package: "swift-crypto")]),
        .target(name: "Verdict"),
        .target(name: "CRules", exclude: ["table.inc"]),
        .target(name: "Classifier", dependencies: ["Bytes", "MIME", "ReturnPath", "Verdict", "CRules"]),
        .target(name: "TOML"),
        .target(name: "RuleFiles", dependencies: ["Classifier", "TOML", "Verdict"]),
        .systemLibrary(name: "CRenameat2"),
        .target(name: "Maildir", dependencies: ["Bytes", "CRenameat2"]),
        .systemLibrary(name: "CSQLite"),
        .systemLibrary(name: "CIDN2"),
        .target(
            name: "Ledger",
            dependencies: [
                "Bytes", "Verdict", "CRenameat2", "CIDN2", "CSQLite",
                .product(name: "Crypto", package: "swift-crypto"),
            ]),
        // The part of the program that reads its configuration: a link for each file.
        .target(
            name: "Config",
            dependencies: [
                "Bytes", "MIME", "ReturnPath", "Verdict", "Classifier", "Maildir", "RuleFiles", "Ledger", "TOML",
            ]
        ),
    ]
        + fuzzers.map {
            .executableTarget(
                name: $0.name, dependencies: [.target(name: $0.module)], path: $0.name,
                swiftSettings: [.unsafeFlags(["-parse-as-library"])])
        },
    swiftLanguageModes: [.v6]
)
