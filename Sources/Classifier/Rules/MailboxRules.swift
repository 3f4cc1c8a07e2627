extension ReasonRules {
    /// Quotas, locks, rates and sizes: the mailbox exists.
    static let mailbox: [ReasonRule] = [
        ReasonRule(
            "networkerror/try-again", .networkError, .sure,
            [
                "host not found, try again", "host not found (try again", "try again: host not found",
                "lookup failure: try again",
            ]),
        ReasonRule(
            "userunknown/no-account", .userUnknown, .sure,
            [
                "does not have an account here", "doesn't have an account here", "recipient verify * failed",
                "failed recipient validation", "recipient validation failed", "recipient verification failed",
            ]),
        ReasonRule(
            "expired/aborted", .expired, .sure,
            ["was aborted after", "aborted after", "recipient server did not accept our requests to connect"]),
        ReasonRule(
            "spamdetected/classification", .spamDetected, .sure,
            ["due to spam classification", "rejected as spam", "suspicion of spam", "dt:spm", "content reject"]),
        ReasonRule(
            "toomanyconn/tencent", .tooManyConnections, .sure, ["ip frequency limited", "connection frequency limited"]),
        ReasonRule(
            "mailererror/program", .mailerError, .sure,
            [
                "procmail: couldn't create", "procmail: can't create", "procmail: unable to", "procmail: lock failure",
                "procmail: error while writing", "procmail: no match", "maildrop: unable", "can't create output",
            ]),
        ReasonRule(
            "speeding/godaddy", .speeding, .sure,
            ["too many recipients this hour", "has sent to too many recipients", "sent too many messages this"]),
        ReasonRule(
            "rate/recipient", .speeding, .sure,
            [
                "receiving mail at a rate that", "receiving mail too quickly", "receiving email at a rate",
                "receiving too many messages", "recipient is receiving mail at a rate",
                "mail receiving frequency", "exceeded its message receiving limit",
            ]),
        ReasonRule("speeding/exceeded", .speeding, .sure, of: [.rate], .exceeded),
        ReasonRule(
            "speeding/codes", .speeding, .sure,
            [
                "mi:sfq", "mi:dmc", "hl:ifc", "hl:mep", "mi:stc", "mi:con", "max message per",
                "messages per connection", "too many same size",
            ]),
        ReasonRule(
            "mailboxfull/quota", .mailboxFull, .sure,
            [
                "mailbox quota", "mailbox size limit", "overquota", "over disk quota", "over the maximum allowed",
                "quota violation", "exceeded his/her", "exceeded email quota", "exceeded its disk", "disc quota",
                "disk quota", "diskspace quota", "disk space quota", "file quota", "storage quota", "quota overrun",
                "out of storage space", "user is over", "user has exceeded", "user has too many messages",
                "user has too much", "storage limit", "maildir delivery failed: * quota", "space shortage",
                "boxistfull", "too many messages in mailbox", "too many messages on the server", "too many mails in",
                "has too many messages", "is out of space", "has no space", "max message quota",
                "mapiexceptionshutoffquotaexceeded", "blocks limit exceeded", "inode limit exceeded",
                "recipient reached disk quota", "recipient exceeded", "too much mail data",
                "not able to receive * mailbox", "no disk quota left", "hard quota", "has no more space",
                "disk full for user", "mail quota", "quota for user exceeded", "user disk quota", "speicherlimit",
                "quota depasse", "dépassement de quota", "espace de stockage * insuffisant", "buzón lleno",
                "buzón está lleno", "buzón * lleno", "buzon lleno", "buzon esta lleno", "casilla llena",
                "caixa postal cheia", "caixa * cheia", "caixa de correio * cheia", "casella piena", "casella * piena",
                "casella di posta * piena", "mailbox piena", "przepełniona", "mailbox * is vol", "postvak * vol",
                "メールボックスの容量", "メールボックス * 容量", "受信ボックスがいっぱい", "容量制限", "邮箱容量", "收件箱已满", "信箱容量", "邮箱超额", "메일 용량",
            ]),
        ReasonRule(
            "mailboxfull/words", .mailboxFull, .usual, isBare: true,
            [
                "quota", "out of disk space in", "has exceeded * limit for mail", "too many stored", "full or",
            ]),
        ReasonRule(
            "suspend/account", .suspend, .sure,
            [
                "account is temporarily", "account that you tried to reach is disabled",
                "account that you tried to reach is inactive", "account has been temporarily",
                "account is no longer active", "email account that you tried to reach is over",
                "mailbox is temporarily", "user temporarily", "recipient suspend the service",
                "temporarily deactivated", "temporarily deactived", "temporarily disabled", "currently disabled",
                "is currently suspended", "is presently suspended", "has been suspended", "vacationed and frozen",
                "disabled due to inactivity", "not accepting mail due to account", "bouncing for",
                "account is unavailable", "compte * desactive", "利用停止", "停止されて", "휴면",
                "이용이 정지",
            ]),
        ReasonRule("mailboxfull/full", .mailboxFull, .sure, of: [.recipient, .mailbox, .storage], .full),
        ReasonRule("mailboxfull/exceeded", .mailboxFull, .sure, of: [.mailbox, .storage], .exceeded),
        ReasonRule("suspend/disabled", .suspend, .sure, of: [.recipient, .mailbox, .domain], .disabled),
        ReasonRule(
            "suspend/words", .suspend, .sure, isBare: true,
            [
                "boite du destinataire archivee", "boite * archivee", "is locked", "is frozen", "deactivated",
                "suspended", "is inactive",
            ]),
        ReasonRule(
            "exceedlimit/recipient", .exceedLimit, .sure,
            [
                "message length exceeds limit set by recipient", "message length exceeds administrative limit",
                "message header size exceeds limit", "message too large for this recipient * limit",
            ]),
        ReasonRule(
            "mesgtoobig/size", .messageTooBig, .sure,
            [
                "message size exceeds fixed", "message size exceeds maximum", "message size exceeds",
                "message size * exceeds size limit", "message size limit", "message exceeds maximum",
                "message exceeds local size limit", "message exceeds the maximum", "message exceeds fixed",
                "message exceeds size", "message exceeds the size", "message exceeds allowed",
                "exceeds the maximum message size", "exceeds maximum message size", "message exceeded max",
                "message file too big", "message larger than", "message is larger than", "message size is too",
                "message size greater", "message size violation", "mail is too large", "mail too large",
                "mail too big", "mail size limit", "mail size exceeds", "mail exceeds", "email exceeds",
                "size limit exceeded", "size limit for", "maximum message size", "max message size",
                "maximum allowed message size", "max size", "maximum size", "message length * exceeds",
                "message content length exceeds", "message length exceeds", "line limit exceeded",
                "too big for system", "too large for the recipient", "resolver.rst.recipsizelimit", "recipsizelimit",
                "sendsizelimit", "size of this message", "size of the message", "exceeded message size",
                "exceeds size limit", "size exceeds limit", "data size exceeded", "data size exceeds",
                "declared message size", "max email size", "größe der nachricht", "taille * dépasse",
                "taille du message", "mensagem excede", "dimensione del messaggio", "wiadomość jest za duża",
                "сообщение слишком большое", "размер письма", "メールサイズ", "メールのサイズ", "サイズが制限", "サイズの制限", "邮件过大", "邮件太大",
                "邮件大小", "信件過大", "메일 크기",
            ]),
        ReasonRule("mesgtoobig/too-big", .messageTooBig, .sure, of: [.message], .tooBig),
        ReasonRule(
            "exceedlimit/count", .exceedLimit, .usual,
            ["message size", "too many recipients", "exceeds * limit set by", "maximum number of recipients"]),
    ]
}
