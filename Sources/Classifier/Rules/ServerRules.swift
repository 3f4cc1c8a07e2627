extension ReasonRules {
    /// The server that should have taken it.
    static let server: [ReasonRule] = [
        ReasonRule("systemfull/exceeded", .systemFull, .sure, of: [.server], .exceeded),
        ReasonRule("systemfull/full", .systemFull, .sure, of: [.server], .full),
        ReasonRule(
            "systemfull/disk", .systemFull, .sure,
            [
                "insufficient system storage", "insufficient disk space", "insufficient storage", "insufficient space",
                "insufficient system resources", "disk full", "disk is full", "no space left on device",
                "not enough disk space", "not enough storage", "out of disk space", "file system full",
                "filesystem full", "file system is full", "system full", "server full", "mail server full",
                "mail system full", "spool full", "queue full", "low on disk space", "space left on device",
                "storage is full", "no disk space",
            ]),
        ReasonRule(
            "mailererror/command", .mailerError, .sure,
            [
                "pipe to |", "pipe:", "command failed:", "command died", "command time limit", "command returned",
                "command output", "child process", "exit status", "exit code", "exited with", "exit with",
                "returned status", "return code", "returned exit", "unknown mailer error", "mailer error",
                "mailer * exited", "procmail", "maildrop", "mailer-daemon process", "local delivery agent",
                "delivery agent failed", "deliver agent", "can't create output", "can't create", "couldn't create",
                "could not open mailbox", "cannot open mailbox", "unable to open mailbox", "unable to create",
                "error writing", "can't append", "lock failure", "error while writing", "local delivery failed",
                "local mailer", "|/", "program returned", "program exited", "service is away", "x-unix", "perl:",
                "php:", "vdeliver", "prog mailer", "died with status", "died with signal", "filter failed",
                "invalid command-line", "delivery transport", "vpopmail", "mail.local", "dovecot-lda",
            ]),
        ReasonRule(
            "syntaxerror/command", .syntaxError, .usual,
            [
                "syntax error", "command not recognized", "command not implemented", "command not understood",
                "command unrecognized", "unrecognized command", "unrecognised command", "unimplemented command",
                "unknown command", "unsupported command", "command parameter not implemented",
                "bad sequence of commands", "bad sequence", "bad command", "invalid command", "out of order",
                "need mail command", "need rcpt", "no valid recipients", "parameter not recognized",
                "syntactically invalid", "invalid parameter", "improper command", "send helo", "polite people say",
                "say helo", "expected", "error: need", "must have",
            ]),
        ReasonRule(
            "systemerror/server", .systemError, .sure,
            [
                "internal error", "internal server error", "internal system error", "local error in processing",
                "local configuration error", "local configuration problem", "configuration error", "config error",
                "configuration problem", "server configuration", "misconfigured", "misconfiguration",
                "system config error", "server error", "system error", "system problem", "error in processing",
                "processing error", "temporary system problem", "temporary local problem", "temporarily unavailable",
                "temporary failure", "temporary server", "temporary problem",
                "service currently unavailable", "service temporarily unavailable",
                "service refused", "currently unavailable", "server busy", "server is busy",
                "server too busy", "server unavailable", "server not available", "server down",
                "system not accepting network messages", "not accepting network", "maintenance", "cannot process",
                "could not process", "unable to process", "could not be processed", "out of memory",
                "too many open files", "could not load", "database", "ldap", "mysql", "sql error", "lookup error",
                "lookup failure", "unexpected error", "unexpected response", "fatal error",
                "unknown error", "unspecified error", "general failure", "unable to contact",
                "tls currently unavailable",
                "queue file write error", "cannot allocate", "can't allocate",
                "permission denied", "operation not permitted", "input/output error", "file exists", "file too large",
                "error opening", "i/o error", "aliasing/forwarding loop broken", "alias expand", "could not expand",
                "システムエラー", "システム障害",
                "系统错误", "系统忙", "系統忙碌", "시스템 오류", "технические", "временн",
            ]),
        ReasonRule(
            "systemerror/words", .systemError, .usual,
            [
                "resource", "resources", "backend", "exception", "assertion", "proxy", "storedrv", "hub",
                "unable to verify", "circular",
            ]),
        ReasonRule(
            "systemerror/later", .systemError, .hint,
            [
                "service unavailable", "service not available", "service is unavailable", "delivery error",
                "try again later", "try later", "please try again", "temporary error",
            ]),
        ReasonRule(
            "rejected/words", .rejected, .hint, isBare: true,
            [
                "message rejected", "mail rejected", "rejected", "reject", "denied", "refused", "not accepted",
                "refuse", "blocked",
            ]),
    ]
}
