import Ledger

/// The configuration that `init` writes: the answers, and every other key with its default, commented out as `#key`.
enum ConfigTemplate {
    static func text(_ setup: Setup) -> String {
        let policy = Policy()
        let brake = policy.brake ?? Policy.Brake()
        return """
            # /etc/maildir-bounce.toml: the settings of maildir-bounce. Options of a command win over this file.
            # Lines that begin with # and no blank are settings with their defaults, or examples: take the # away to set them.

            # The Maildir that the bounces come to: the folder that holds cur, new and tmp.
            maildir = \(setup.maildir.tomlQuoted)

            # What is known of each address: an SQLite database.
            ledger = \(setup.ledger.tomlQuoted)

            # Where reports that were counted are filed, in a Maildir for each class. Without it they go to cur.
            \(setup.archive.map { "archive = " + $0.tomlQuoted } ?? "#archive = \"/var/mail/bounce/archive\"")

            # Rules of your own, tried before ours; maildir-bounce rules check FILE tells what is wrong with them.
            #rules = "/etc/maildir-bounce-rules.toml"

            [classifier]
            # The names of our own mail servers. What they report is local: it came by no foreign server.
            #local_hosts = []
            # The characters that may part the tag of a return path from the name before it.
            #verp_delimiters = "+-"

            [verp]
            # The address that reports go to; bounce+k1…+bob=dest.example@… names bob and is signed.
            return_path = \(setup.returnPath.text.tomlQuoted)
            # Postfix's recipient_delimiter.
            #delimiter = "+"
            # Files of keys, or keys; the first signs, all verify. Who scans and who sends must be able to read them.
            keys = [\(("file:" + setup.key).tomlQuoted)]
            # After how many days a tag is worth nothing. Without it tags are good for ever.
            #expiry_days = 60
            # Return paths that hold an id of your application: {id} stands for it, {recipient} for bob=dest.example.
            #patterns = ["b.{id}@news.example"]

            [trust]
            # "signed": only a report to an address that we signed changes a counter. Set it once all mail is sent from signed
            # return paths (maildir-bounce verp make): then a forged report changes none.
            # "message-id": only one that knows the Message-ID of a mail of ours, at one of these domains.
            #require = "none"
            #message_id_domains = []
            # Against how many addresses one report may count that nobody vouches for; a larger one waits for brake confirm.
            #max_addresses = \(LedgerLimits.addressesFromOutside)
            # Servers whose reports are believed: names, addresses or networks; and, for complaints, feedback loops.
            # relays = ["mx.relay.example", "192.0.2.0/24"], feedback_loops = ["fbl.example"]
            #relays = []
            #feedback_loops = []
            # The name that your server gives itself in Authentication-Results: domains that pass DKIM or SPF are then known.
            #authserv_id = "mx.news.example"

            [own]
            # Addresses of yours that must never be suppressed nor exported, whoever names them; "@firm.example" is a whole
            # domain. The return path, and postmaster, abuse and mailer-daemon of your domains, need not be named.
            #addresses = ["ceo@news.example"]
            # Your domains beside the return path's and local_hosts.
            #domains = ["firm.example"]

            [unsubscribe]
            # Where requests to leave a list arrive (the mailto of List-Unsubscribe), if that is not the return path: an empty
            # mail there is one. One address, or a list of them.
            #address = "unsubscribe@news.example"
            # A signed tag proves who asks (maildir-bounce verp make --purpose unsubscribe): he gets no more mail of that
            # stream. Whether From is believed, too, which anybody can write.
            #trust_from = false
            # The mailing that each address is for: its List-Id; else the mailing is called by the address itself.
            #streams = { "unsubscribe@news.example" = "news.firm.example" }

            [canary]
            # Mails that are meant to bounce, to see whether bounces come back (maildir-bounce canary --help). Nothing is sent
            # unless a target is named and cron or a timer runs maildir-bounce canary send. A target is an address or a domain.
            # A domain of this server: each mail goes to an address of its own. Or an address that does not exist.
            #local = "news.example"
            # A second domain of your own on another server, or one whose postmaster agreed; one, or a list.
            #remote = ["refuses.example"]
            # No report for so long is an alarm.
            #within = "1h"
            # At most one to each target in so long.
            #every = "1d"
            #sendmail = "/usr/sbin/sendmail"

            [capture]
            # Header fields of your mails that reports return, in addition to List-Id, Feedback-ID, Message-ID and Subject: they
            # are in the output and in the ledger, and report --by campaign counts by the first.
            #headers = ["X-Campaign"]
            # For how many days the ledger keeps these texts; and whether it stores them at all.
            #days = \(CaptureTable.defaultDays)
            #store = true

            [scan]
            # Also take the bounces in cur/ that nobody has opened, of a Maildir that people open by IMAP, too.
            #cur = false

            [metrics]
            # Where each scan leaves its figures for Prometheus.
            #file = "/var/lib/prometheus/node-exporter/bounces.prom"

            [policy]
            # Whether a delivery receipt lifts a suppression that soft bounces caused.
            #delivery_lifts_soft = \(policy.deliveryLiftsSoft)
            # Whether it, or a person's answer from the address, also lifts one that a hard bounce caused.
            #life_lifts_hard = \(policy.lifeLiftsHard)

            # An address is suppressed by failures on so many days within so many; after quiet_days without one the count
            # begins again; the last must come span_days after the first; after expiry_days a suppression ends (0: never).
            \(rule("hard", policy.hard))
            # A domain that does not exist: a resolver of ours may be out of order.
            \(rule("hostunknown", policy.hostUnknown))
            # A soft bounce that is the recipient's fault, such as a full mailbox: failures on so many mailings in a row, the
            # last so many days after the first. Where the days of the mailings are not known (see maildir-bounce sent):
            # failures on so many days, each apart_days or more after the one before.
            \(rule("recipient", policy.recipient))
            # A server or a network out of order.
            \(rule("system", policy.system))
            # Soft bounces by days instead of mailings, as in version 0.1.0; with the same numbers as for hard.
            [policy.soft]

            \(rule("complaint", policy.complaint))
            # The sender's fault, such as a block of our server, a spam verdict or a mail too big: counts against nobody.
            \(rule("sender", policy.sender ?? Policy.fiveDays))
            \(rule("relay", policy.relay))
            # While the failures of one provider spike, nobody is suppressed for them.
            [policy.brake]
            #enabled = \(policy.brake != nil)
            # From how many addresses in one hour on.
            #minimum = \(brake.minimum)
            # Numbers that need no change: how many times the average of the days before, and over how long.
            #factor = \(brake.factor)
            #window_hours = \(brake.windowHours)
            #baseline_days = \(brake.baselineDays)
            # A second failure so many days later counts after all.
            #confirm_after_days = \(brake.confirmAfterDays)

            # Other numbers for some failures: name a cause, party, class, reason or domain. As many as you like.
            #[[policy.override]]
            #cause = "soft"
            #party = "recipient"
            #class = "soft-bounce"
            #reason = "mailboxfull"
            #domain = ".example.jp"
            #days = 10
            #within_days = 60
            #quiet_days = 60
            #expiry_days = 180

            # Programs that are given who became suppressed or free, by maildir-bounce hook run. As many as you like.
            #[[hook]]
            #name = "shop"
            #command = ["/usr/local/lib/maildir-bounce/post.sh", "/etc/maildir-bounce-shop.curl"]
            # Which changes.
            #on = [\(LedgerChange.Kind.allCases.map { "\"\($0.name)\"" }.joined(separator: ", "))]
            # Whether it begins with everything that is suppressed.
            #snapshot = true
            # How many changes at a time; how long it may take to read on, or to end.
            #rows = \(HookTable.rows)
            #timeout_seconds = \(HookTable.timeoutSeconds)
            #as_root = false

            """
    }

    private static func rule(_ name: String, _ rule: Policy.MailingRule) -> String {
        """
        [policy.\(name)]
        #mailings = \(rule.mailings)
        #mailing_span_days = \(rule.mailingSpanDays)
        #days = \(rule.days)
        #apart_days = \(rule.apartDays)
        #span_days = \(rule.spanDays)
        #within_days = \(rule.within)
        #expiry_days = \(rule.expiryDays ?? 0)

        """
    }

    private static func rule(_ name: String, _ rule: Policy.Rule) -> String {
        """
        [policy.\(name)]
        #days = \(rule.days)
        #within_days = \(rule.within)
        #quiet_days = \(rule.quietDays)
        #span_days = \(rule.spanDays)
        #expiry_days = \(rule.expiryDays ?? 0)

        """
    }
}
