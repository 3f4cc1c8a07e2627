// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "maildir-bounce",
    products: [
        .executable(name: "maildir-bounce", targets: ["MaildirBounce"]),
        .library(name: "MIME", targets: ["MIME"]),
        .library(name: "ReturnPath", targets: ["ReturnPath"]),
        .library(name: "Classifier", targets: ["Classifier", "Verdict"]),
        .library(name: "Maildir", targets: ["Maildir"]),
        .library(name: "Ledger", targets: ["Ledger"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    ],
    targets: [
        .target(name: "Bytes"),
        .target(name: "MIME", dependencies: ["Bytes"]),
        .target(name: "ReturnPath", dependencies: ["Bytes", .product(name: "Crypto", package: "swift-crypto")]),
        .target(name: "Verdict"),
        // The rules of Rules/, as compile-rules has compiled them.
        .target(name: "CRules", exclude: ["table.inc"]),
        .target(name: "Classifier", dependencies: ["Bytes", "MIME", "ReturnPath", "Verdict", "CRules"]),
        // The configuration's language. It knows nothing of what the keys mean.
        .target(name: "TOML"),
        // What stands in files of rules, ours and an administrator's.
        .target(name: "RuleFiles", dependencies: ["Bytes", "Classifier", "TOML", "Verdict"]),
        .executableTarget(name: "compile-rules", dependencies: ["Bytes", "Classifier", "CRules", "RuleFiles"]),
        .systemLibrary(name: "CRenameat2"),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        // The client library of PostgreSQL, of which only the header is needed here.
        .systemLibrary(name: "CPostgreSQL", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CIDN2", pkgConfig: "libidn2", providers: [.apt(["libidn2-dev"])]),
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        // The resolver of glibc, which needs no package.
        .systemLibrary(name: "CResolv"),
        .target(name: "CArguments"),
        .target(name: "Maildir", dependencies: ["Bytes", "CRenameat2"]),
        .target(
            name: "Ledger",
            dependencies: [
                "Bytes", "CIDN2", "CRenameat2", "CSQLite", "Verdict",
                .product(name: "Crypto", package: "swift-crypto"),
            ]
        ),
        // The same ledger on a server.
        .target(name: "LedgerPostgreSQL", dependencies: ["Bytes", "CPostgreSQL", "Ledger"]),
        .executableTarget(
            name: "MaildirBounce",
            dependencies: [
                "Bytes", "MIME", "ReturnPath", "Verdict", "Classifier", "RuleFiles", "Maildir", "Ledger",
                "LedgerPostgreSQL", "TOML",
                "CArguments", "CZlib",
                "CResolv",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Crypto", package: "swift-crypto"),
            ]
        ),
        // The simulated week that holds the ledger against the truth: make simulate-week, and a share of it in the tests.
        .target(name: "Week", dependencies: ["Ledger", "Verdict"], path: "Benchmarks/Week"),
        .executableTarget(
            name: "simulate-week",
            dependencies: [
                "Ledger", "LedgerPostgreSQL", "Week",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Benchmarks/SimulateWeek"),
        // The simulated year, on which the policy's numbers were chosen: make simulate-year.
        .target(name: "Year", dependencies: ["Bytes", "Ledger", "Verdict", "Week"], path: "Benchmarks/Year"),
        .executableTarget(
            name: "simulate-year",
            dependencies: [
                "Ledger", "LedgerPostgreSQL", "Year",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Benchmarks/SimulateYear"),
        // Programs of others, one for each library: without package access they see what is public, and no more.
        .executableTarget(
            name: "list-maildir", dependencies: ["Maildir"], path: "Examples/list-maildir", packageAccess: false),
        .executableTarget(name: "mail-text", dependencies: ["MIME"], path: "Examples/mail-text", packageAccess: false),
        .executableTarget(
            name: "classify-mail", dependencies: ["Classifier"], path: "Examples/classify-mail", packageAccess: false),
        // Numbers that are the same in every run, and folders that go away.
        .target(name: "TestSupport", path: "Tests/Support"),
        .testTarget(name: "BytesTests", dependencies: ["Bytes"]),
        .testTarget(name: "MIMETests", dependencies: ["MIME", "TestSupport"]),
        .testTarget(name: "TOMLTests", dependencies: ["TOML", "TestSupport"]),
        .testTarget(name: "ReturnPathTests", dependencies: ["ReturnPath"]),
        .testTarget(
            name: "ClassifierTests",
            dependencies: [
                "Classifier", "CRules", "MIME", "ReturnPath", "RuleFiles", "TestSupport", "TOML", "Verdict",
                "compile-rules",
            ],
            exclude: ["Fixtures", "Forms/texts.tsv"]
        ),
        .testTarget(name: "MaildirTests", dependencies: ["Bytes", "Maildir", "TestSupport"]),
        .testTarget(
            name: "LedgerTests",
            dependencies: [
                "Bytes", "Ledger", "LedgerPostgreSQL", "TestSupport", "Verdict", "Week", "Year",
                .product(name: "Crypto", package: "swift-crypto"),
            ]),
        .testTarget(
            name: "MaildirBounceTests",
            dependencies: [
                "MaildirBounce", "Bytes", "Ledger", "LedgerPostgreSQL", "Maildir", "Classifier", "TestSupport",
                "Verdict",
                "Week",
            ]
        ),
    ],
    swiftLanguageModes: [.v6]
)
