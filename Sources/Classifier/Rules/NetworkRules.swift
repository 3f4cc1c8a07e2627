extension ReasonRules {
    /// The way between two servers.
    static let network: [ReasonRule] = [
        ReasonRule(
            "networkerror/loop", .networkError, .sure,
            [
                "too many hops", "hop count exceeded", "maximum hop count", "exceeded the maximum hop", "routing loop",
                "mail loop", "mail forwarding loop", "message looping", "looping message", "loops back to",
                "loops back to myself", "loop detected", "message loop", "delivery loop", "loopback",
                "mail for * loops", "too many received headers", "too many \"received\" headers", "too many received",
                "too many jumps", "config error: mail loops", "relay loop", "mailer loop", "detected loop", "hop limit",
                "forwarding loop", "loop * headers", "hops)",
            ]),
        ReasonRule(
            "networkerror/dns", .networkError, .sure,
            [
                "dns query failed", "dns error", "dns failure", "dns server failure", "dns lookup failure",
                "dns lookup failed", "dns soft error", "dns timeout", "dns temporary", "temporary dns",
                "name server timeout", "name server failure", "nameserver error", "host name lookup failure",
                "hostname lookup failure", "name service error", "temporary lookup failure", "could not resolve",
                "unable to resolve", "transient dns", "domain name resolution", "no address associated",
                "lowest numbered mx record points to local host", "mx record points to local host", "mx points to",
                "all relevant mx", "best mx host", "no name servers", "try again * name resolution",
                "temporary failure in name resolution",
            ]),
        ReasonRule(
            "expired/time", .expired, .sure,
            [
                "connection timed out", "envelope expired", "timed out while",
                "all hosts have been failing for a long time",
                "have been failing for a long time", "retry time not reached", "not responding", "no response",
                "did not respond", "will be retried for", "unable to connect successfully",
                "did not accept our requests to connect", "delivery failed * attempts", "timed out",
                "connection timeout", "operation timed out",
                "message expired", "message has expired", "message is expired", "queue.expired",
                "message timed out", "delivery time expired",
                "delivery expired", "delivery timed out", "delivery period", "expired, delivery", "retry timeout",
                "retry time", "retries exceeded", "retry limit", "maximum retries", "too many retries",
                "maximum delivery attempts", "time limit exceeded", "timeout exceeded", "timeout for message",
                "timeout", "could not be delivered within", "cannot deliver * within",
                "not delivered within", "could not send message for past", "undeliverable for",
                "not be delivered * days", "aborted after", "return time exceeded", "all attempts",
                "unable to deliver * for",
                "has been unable to deliver", "delivery not possible within", "has not been collected",
                "failed to deliver after", "server did not accept our requests to connect",
                "did not accept our requests", "zu lange", "abgelaufen", "délai dépassé", "expiró",
                "expirou", "scaduto", "期限切れ", "時間切れ", "タイムアウト", "超时", "超過期限",
            ]),
        ReasonRule(
            "networkerror/connection", .networkError, .sure,
            [
                "could not find a gateway", "no route to host", "network is unreachable", "network unreachable",
                "host is unreachable",
                "host unreachable", "connection reset", "connection refused", "connection lost", "connection closed",
                "connection was dropped", "connection dropped", "connection broken", "connection to * failed",
                "connection failed", "connection with remote host", "connection to mail exchanger failed",
                "connection error", "connection was refused", "connection has been", "lost connection", "broken pipe",
                "remote host closed connection", "remote server closed", "server dropped connection",
                "server unexpectedly closed", "unexpected end of", "could not connect", "couldn't connect",
                "can't connect", "cannot connect", "unable to connect", "failed to connect", "establish a connection",
                "establish an smtp connection", "no connection could be made", "socket error", "network error",
                "network is down", "write error", "read error from", "sorry, i wasn't able to establish",
                "was not able to establish", "dead host", "peer disconnected",
                "protocol error", "tcp/ip", "while performing the helo", "while performing the ehlo",
                "remote host said: connection", "smtp connection * failed", "unable to reach", "could not be reached",
                "unreachable", "non-recoverable connection",
                "wasn't able to establish an smtp connection",
            ]),
        // The time ran out, for whatever cause the report names beside it.
        ReasonRule(
            "expired/queue", .expired, .usual,
            [
                "in queue too long", "in the queue too long", "in the queue for more than", "was in the queue",
                "not going to try again", "this message has been in the queue", "giving up", "gave up",
                "could not be delivered for", "after * days", "expired",
            ]),
    ]
}
