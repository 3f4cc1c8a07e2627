import Bytes

/// All findings, as they are shown. What comes from the DNS, Postfix or a path is escaped here.
struct DoctorListing {
    let findings: [Finding]

    func count(_ level: Finding.Level) -> Int { findings.count { $0.level == level } }

    func lines() -> [String] {
        let width = findings.map { $0.subject.columnCount }.max() ?? 0
        var lines: [String] = []
        for finding in findings {
            let head = finding.level.rawValue.padded(toColumns: 7) + "  " + finding.subject.padded(toColumns: width)
            lines.append(terminalSafe("\(head)  \(finding.what)"))
            let margin = String(repeating: " ", count: head.columnCount + 2)
            if let why = finding.why { lines.append(terminalSafe("\(margin)why: \(why)")) }
            if let mend = finding.mend { lines.append(terminalSafe("\(margin)do:  \(mend)")) }
        }
        let (errors, warnings) = (count(.error), count(.warning))
        lines.append(
            "\(errors) \(errors == 1 ? "error" : "errors"), \(warnings) \(warnings == 1 ? "warning" : "warnings")")
        return lines
    }
}

extension JSONWriter {
    mutating func doctor(_ report: DoctorListing) {
        object { writer in
            writer.member("errors", report.count(.error))
            writer.member("warnings", report.count(.warning))
            writer.array("findings", report.findings) { writer, finding in
                writer.object { writer in
                    writer.member("level", finding.level.rawValue)
                    writer.member("subject", finding.subject)
                    writer.member("what", finding.what)
                    writer.member("why", finding.why)
                    writer.member("mend", finding.mend)
                }
            }
        }
        endLine()
    }
}
