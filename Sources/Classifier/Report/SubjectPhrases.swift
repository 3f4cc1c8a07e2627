/// What a subject promises.
enum SubjectSignal: UInt8, PhraseGroup {
    case failure
    case delay
    case success
    case forwarded
    case postmasterCopy
}

enum SubjectPhrases {
    static let groups = PhraseGroups<SubjectSignal>([
        (
            .failure,
            [
                "undelivered", "undeliverable", "undeliverd", "not delivered", "delivery failed", "delivery failure",
                "delivery has failed", "delivery problem", "delivery error", "delivery status notification",
                "delivery notification", "delivery report", "delivery status", "non delivery", "non-delivery",
                "nondeliverable", "nondelivery", "ndn", "ndr", "failure notice", "failed mail", "mail failure",
                "mail failed", "mail error", "mail delivery", "mail could not be delivered", "could not be delivered",
                "could not deliver", "couldn't be delivered", "couldn't deliver", "can not deliver", "cannot deliver",
                "unable to deliver", "message delivery", "message not delivered", "message undeliverable",
                "message failure", "message rejected", "returned mail", "returned email", "returned message",
                "returned to sender", "returning message", "returned for", "return receipt: failed", "mail returned",
                "permanent error", "permanent delivery", "permanent failure", "fatal", "bounce", "bounced",
                "failed delivery", "failed to deliver", "email error", "rejected mail", "mail rejected", "mail refused",
                "user unknown", "unknown user", "unknown recipient", "no such user", "does not exist", "quota exceeded",
                "mailbox full", "mailbox is full", "not listed in", "automatically rejected", "processing error",
                "error sending", "error in mail", "problem delivering", "nameserver error", "host unknown",
                "message you sent", "your message to", "mail system error", "mail system problem", "email delivery",
                "notification d'état de remise", "unable to", "delivery to", "rejected:", "blocked:", "failed:",
                "error mail", "mailsystem error", "error condition",
                "unzustellbar", "nicht zustellbar", "nicht zugestellt", "zustellung fehlgeschlagen",
                "übermittlung fehlgeschlagen", "zustellungsfehler", "unzustellbarkeit", "fehlgeschlagen", "non remis",
                "non-remis", "échec", "echec de", "non distribué", "utilisateur non", "non recensé",
                "no se puede entregar", "no entregado", "no se pudo", "error de entrega", "entrega fallida", "devuelto",
                "devolvido", "não entregue", "não é possível entregar", "falha na entrega", "mancato recapito",
                "non recapitabile", "consegna", "impossibile", "niedostarczon", "nie można dostarczyć", "niet bezorgd",
                "onbestelbaar", "teslim edilemedi", "iletilemedi", "kan inte levereras", "kunde inte", "недоставлен",
                "не доставлено", "не может быть доставлено", "ошибка доставки", "не удалось", "ваше сообщение не",
                "配信不能", "配信できません", "配信エラー", "配送エラー", "配送できません", "送信エラー", "送信できません", "未配信", "不達", "エラーメール", "返送",
                "存在しません", "退信", "系统退信", "投递失败", "发送失败", "无法投递", "退件", "傳送失敗", "無法傳遞", "未送達", "반송", "배달 실패", "전송 실패",
                "배달할 수 없",
            ]
        ),
        (
            .delay,
            [
                "delayed", "delay", "warning: could not send", "warning: message", "still undelivered", "deferred",
                "not yet delivered", "not yet been delivered", "delivery warning", "verzögert", "verspätet", "retard",
                "différé", "retrasad", "atrasad", "ritardat", "opóźnion", "vertraagd", "задерж", "遅延", "延迟", "延遲", "지연",
                "warning - ", "postponed",
            ]
        ),
        (.success, ["successful", "delivery receipt", "relayed", "return receipt", "delivered:", "success"]),
        (.forwarded, ["fwd:", "fw:", "wg:", "tr:", "rv:", "i:"]),
        (
            .postmasterCopy,
            [
                "postmaster copy", "postmaster warning", "postmaster notify", "smtp server: errors from",
                "smtp client: errors",
            ]
        ),
    ])
}
