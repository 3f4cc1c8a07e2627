import ArgumentParser
import Glibc

/// `doctor`: whether the installation works, from the DNS to the ledger.
struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Check the installation: Maildir, ledger, lock, schedule, Postfix and the DNS.",
        discussion: """
            Each finding says what was found, why it matters, and how to repair it. It changes nothing. Run it as root, or as \
            the user who scans: root looks with the eyes of the user that cron or systemd starts the scan as, too. It asks the DNS for the domain of the return path: without a way back foreign servers' \
            reports are lost. With --probe it also connects to port 25 there.

            Example: maildir-bounce doctor --return-path bounce@bounce.example.com
            Example: maildir-bounce doctor --format json | jq '.findings[] | select(.level != "ok")'

            Exit status: 0 no errors (there may be warnings), 1 errors, 64 usage, 74 the ledger is empty, damaged or \
            none, or standard output cannot be written.
            """)

    @Option(help: ArgumentHelp("The Maildir; else maildir of the configuration.", valueName: "dir"))
    var maildir: String?

    @Option(help: ArgumentHelp("The ledger; else ledger of the configuration.", valueName: "file"))
    var ledger: String?

    @Option(help: ArgumentHelp("The archive; else archive of the configuration.", valueName: "dir"))
    var archive: String?

    @Option(
        help: ArgumentHelp(
            "The address that reports go to; else return_path of the configuration.", valueName: "address"))
    var returnPath: String?

    @Option(
        help: ArgumentHelp(
            "Ask this DNS server and not those of /etc/resolv.conf; IPv4.", valueName: "address[:port]"))
    var dnsServer: String?

    @Flag(help: "Connect to port 25 where foreign servers would.")
    var probe = false

    @Option(help: "How to print: text for people, json for programs (one object).")
    var format: TextOrJSON = .text

    @Option(
        help: ArgumentHelp(
            "Configuration file (TOML); without it \(Configuration.defaultPath) where it exists.", valueName: "file"))
    var config: String?

    func validate() throws {
        if let dnsServer, Resolver.Server(dnsServer) == nil {
            throw ValidationError("--dns-server must be like 192.0.2.53 or 192.0.2.53:5353")
        }
    }

    func run() throws {
        let schedule = ScheduleCheck(maildirOwner: nil)
        let (configuration, findings) = try Self.look(config, as: schedule.users)
        var doctor = Doctor(now: Int64(time(nil)))
        doctor.maildir = maildir ?? configuration?.maildir
        doctor.ledger = ledger ?? configuration?.ledger
        doctor.archive = archive ?? configuration?.archive
        doctor.returnPath = try (returnPath ?? configuration?.verp.returnPath).map(Setup.ReturnAddress.init)
        if let configuration {
            doctor.policy = configuration.policy
            doctor.delimiter = String(decoding: [configuration.verp.delimiter], as: UTF8.self)
        }
        doctor.configuration = configuration.map { (config ?? Configuration.defaultPath, $0) }
        doctor.schedule = schedule
        doctor.resolver = Resolver(server: dnsServer.flatMap(Resolver.Server.init))
        doctor.probesPort = probe
        let report = DoctorListing(findings: findings + doctor.findings())
        try format.print(report.lines()) { $0.doctor(report) }
        if report.findings.contains(where: \.isDamage) { throw ExitCode(ExitStatus.ioError) }
        if report.count(.error) > 0 { throw ExitCode(Self.errorsFound) }
    }

    /// The configuration as seen by the only user that scans are run as: a key file of that user is valid for that
    /// user, but not for root.
    private static func look(
        _ path: String?, as users: [String]
    ) throws -> (configuration: Configuration?, findings: [Finding]) {
        guard geteuid() == 0, users.count == 1, let account = Account(named: users[0]) else {
            return ConfigCheck.look(path)
        }
        return try account.run { ConfigCheck.look(path) }
    }

    /// The exit status if there are errors.
    private static let errorsFound: Int32 = 1
}
