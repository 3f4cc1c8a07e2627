/// What sentences of a report do, in the languages that servers speak.
enum ProseSignal: UInt8, PhraseGroup {
    /// Says that something was not delivered.
    case failure
    /// Says that delivery is still tried.
    case delay
    /// Ends the tries: takes back what `delay` says.
    case final
    /// Says that something arrived.
    case success
    /// What follows is the returned message.
    case original
    /// The addresses on this line are somebody to ask, not somebody who failed.
    case contact
    /// This line names the sender or quotes a header.
    case header
}

enum ProsePhrases {
    static let groups = PhraseGroups<ProseSignal>([
        (
            .failure,
            [
                "could not be delivered", "couldn't be delivered", "can not be delivered", "cannot be delivered",
                "can't be delivered", "could not deliver", "couldn't deliver", "cannot deliver", "can not deliver",
                "can't deliver", "unable to deliver", "not able to deliver", "wasn't able to deliver",
                "was not delivered", "wasn't delivered", "not delivered", "has not been delivered",
                "had not been delivered", "have not been delivered", "undeliverable", "undelivered", "undeliverd",
                "not be delivered", "non-delivery", "nondelivery", "delivery failed", "delivery has failed",
                "delivery failure", "delivery to the following", "delevery to the following",
                "delivery of the following", "delivery to these recipients", "delivery error", "delivery problem",
                "delivery attempt", "delivery was not", "delivery is not", "deliver failed", "delivery aborted",
                "delivery has been", "failed to deliver", "failed to be delivered", "failed addresses",
                "failed recipient", "failed delivery", "failed permanently", "to which your message was addressed",
                "following address", "following addresses",
                "following recipient", "following recipients", "following user", "following mail could not",
                "following destination", "following list of recipients", "following e-mail address",
                "following message could not", "following people", "permanent fatal error", "permanent fatal delivery",
                "fatal errors", "transient non-fatal", "fatal delivery errors", "did not receive", "did not reach",
                "didn't reach", "could not be reached", "cannot be reached", "couldn't be reached", "could not reach",
                "was not sent", "not sent to", "could not be sent", "couldn't be sent", "could not send", "cannot send",
                "unable to send", "mail failed", "returned mail", "returned to sender", "returning message",
                "has been returned", "is being returned", "being returned to you", "message returned", "mail returned",
                "return to sender", "returned because", "returned unopened", "bounced", "bounce message",
                "has been rejected", "was rejected", "were rejected", "rejected by", "been rejected", "rejected for",
                "email you sent",
                "message you sent", "mail you sent", "message that you sent", "mail that you sent",
                "intended recipient", "intended recipients", "recipient address", "recipient's", "error occurred",
                "error has occurred", "error while", "error was encountered", "encountered an error",
                "there was an error", "there was a problem", "error description", "error detail", "error message",
                "error-for", "fatal error", "smtp error", "sorry, ", "unfortunately", "no valid recipients",
                "was not accepted", "not accepted", "problem delivering", "problems delivering", "had trouble",
                "couldn't accept", "unknown user", "user unknown", "user is unknown", "no such user", "mailbox is full",
                "mailbox full", "user's mailbox", "mailbox unavailable", "quota exceeded", "over quota",
                "quota violation", "message blocked", "message not delivered", "mail not delivered", "unable to relay",
                "invalid final delivery userid", "invalid recipient", "will not be delivered", "not deliverable",
                "cannot accept", "delivery report", "delivery status notification", "nondeliverable", "non deliverable",
                "automatically rejected", "has been blocked", "has been refused", "was refused", "could not find",
                "postponed due to", "aborted", "removed from the mail queue", "giving up", "i'm afraid",
                // German
                "konnte nicht zugestellt", "konnte nicht an", "nicht zugestellt", "nicht zustellbar", "unzustellbar",
                "zustellung fehlgeschlagen", "zustellung ist fehlgeschlagen", "fehler bei der zustellung",
                "fehler bei der übermittlung", "konnte nicht gesendet", "nicht ausgeliefert", "nicht erreicht",
                "folgende empfänger", "folgenden empfänger", "folgende adresse", "folgenden adresse",
                "nicht übermittelt", "unzustellbarkeit",
                // French
                "n'a pas pu être", "n'a pas pu etre", "n'a pu être", "n'ont pas pu être", "n'a pas été remis",
                "non remis", "non-remis", "non remise", "non délivré", "non distribué", "échec de la remise",
                "echec de la remise", "échec de remise", "échec d'acheminement", "destinataires suivants",
                "destinataire suivant", "n'est pas parvenu", "impossible de remettre", "impossible de délivrer",
                "n'a pas été délivré", "adresse suivante", "adresses suivantes", "distribution impossible", "a échoué",
                // Spanish, Portuguese, Italian
                "no se pudo entregar", "no se ha podido entregar", "no pudo ser entregado",
                "no ha podido ser entregado", "no ha podido entregar", "no se entregó", "no fue entregado",
                "no entregado", "entrega fallida", "error de entrega", "error en la entrega",
                "siguientes destinatarios", "siguiente destinatario", "no se pudo enviar", "no se puede entregar",
                "no es posible entregar", "no ha llegado", "no se encuentra",
                "não pôde ser entregue", "não pode ser entregue", "nao pode ser entregue", "não foi entregue",
                "não foi possível entregar", "nao foi possivel entregar", "não pôde ser enviada",
                "nao pode ser enviada", "falha na entrega", "seguintes destinatários", "seguinte destinatário",
                "não entregue", "não foi possível",
                "non è stato possibile", "non e' stato possibile", "non può essere", "impossibile recapitare",
                "impossibile consegnare", "mancato recapito", "mancata consegna", "non recapitato", "non recapitabile",
                "non consegnato", "non è stato consegnato", "seguenti destinatari", "seguente destinatario",
                "consegna fallita",
                // Polish, Dutch, Turkish, Swedish, Danish, Czech, Hungarian, Romanian
                "nie została dostarczona", "nie można dostarczyć", "nie mogła zostać", "nie może zostać",
                "nie udało się dostarczyć", "niedostarczon", "następujących adresatów", "dostarczenie nie powiodło",
                "niet bezorgd", "niet worden bezorgd", "niet worden afgeleverd", "niet afgeleverd", "onbestelbaar",
                "kon niet worden", "kan niet worden", "volgende ontvanger", "volgende geadresseerde",
                "teslim edilemedi", "teslim edilemiyor", "gönderilemedi", "iletilemedi", "ulaştırılamadı",
                "kunde inte levereras", "kunde inte skickas", "kunne ikke leveres", "ikke leveret", "nelze doručit",
                "nebylo možné doručit", "nedoručiteln", "kézbesíthetetlen", "nem kézbesíthető", "nu a putut fi livrat",
                // Russian
                "не может быть доставлено", "не было доставлено", "не доставлено", "не удалось доставить",
                "не доставлен", "не могут быть доставлены", "невозможно доставить", "ошибка доставки", "недоставлен",
                "не удается доставить", "не принято", "следующим получателям", "сообщение не доставлено",
                // Japanese
                "配信できません", "配信できませんでした", "配信できな", "配信不能", "配信不可", "配信エラー", "配信に失敗", "配送できません", "配送できませんでした", "配送できな",
                "配送エラー", "配送に失敗", "送信できません", "送信できませんでした", "送信されませんでした", "送信に失敗", "送信エラー", "届きませんでした", "届けることができません",
                "届いておりません", "届いていません", "お届けできません", "お届けできな", "返送", "戻されました", "戻ってきました", "到達しません", "次のあて先へのメッセージ",
                "次の受信者", "以下の宛先", "次の宛先", "下記の宛先", "以下のアドレス", "宛先不明", "あて先不明", "エラーが発生", "配達できません", "不達", "お送りいただいたメール",
                "存在しません",
                // Chinese, Korean
                "无法投递", "无法送达", "投递失败", "未能送达", "发送失败", "退信", "退回", "被退回", "无法发送", "无法传递", "未送达", "传递失败", "不能投递", "拒收",
                "收件人", "無法傳遞", "無法投遞", "無法送達", "傳送失敗", "遞送失敗", "寄送失敗", "無法寄達", "退件", "반송", "전송 실패", "전송하지 못", "배달하지 못",
                "배달되지 못", "배달할 수 없", "전달할 수 없", "전달되지 못", "배달 실패", "발송 실패", "보내지 못",
            ]
        ),
        (
            .delay,
            [
                "has not yet been delivered", "have not yet been delivered", "not yet been delivered",
                "not yet delivered", "not been delivered yet", "delivery attempts will continue",
                "will continue to try", "will continue trying", "will be retried", "will retry", "will keep trying",
                "still trying", "still being retried", "still undelivered", "is delayed", "been delayed", "was delayed",
                "delayed:", "delivery delayed", "message delayed", "delivery is delayed",
                "delivery of your message has been delayed", "has been postponed", "temporarily delayed",
                "temporarily deferred", "is still in the queue", "remains in the queue", "remain in the queue",
                "message is queued", "no action is required on your part", "no need to resend",
                "you do not need to resend", "don't need to resend", "do not resend", "you don't need to",
                "warning message only", "a warning message", "this is a warning", "warning: could not send",
                "transient non-fatal errors", "temporary delivery failure", "delivery incomplete",
                "there was a temporary problem", "will try again", "keeps trying", "continue for",
                "attempts will be made", "delivery will continue", "wird weiterhin versucht", "noch nicht zugestellt",
                "verzögert", "verspätet", "n'a pas encore été", "retardé", "est différé", "différée",
                "nouvelle tentative", "todavía no", "aún no se ha", "se ha retrasado", "retrasado", "ainda não foi",
                "atrasada", "non è ancora stato", "ritardo", "opóźnion", "vertraagd", "еще не доставлено", "задерж",
                "попытки доставки", "遅延", "遅れて", "再送", "配信を試み", "延迟", "延遲", "지연",
            ]
        ),
        (
            .final,
            [
                "will not be retried", "no further attempts", "no further delivery", "not be retried", "giving up",
                "gave up", "has been removed from the queue", "removed from the queue", "has failed", "permanent error",
                "permanent fatal", "failed permanently", "permanently", "it will be returned", "is being returned",
                "undeliverable", "could not be delivered for", "after one or more unsuccessful", "i've given up",
                "message expired", "wird nicht weiter", "aufgegeben", "has expired", "this is a permanent",
                "delivery failed", "too long", "will be deleted", "do not send", "delivery aborted", "was aborted",
                "cancelled", "canceled",
            ]
        ),
        (
            .success,
            [
                "successfully delivered", "successfully relayed", "successfully sent", "successful delivery",
                "delivery via", "delivered to mailbox", "delivered to command", "delivered to maildir",
                "delivered to the following", "was delivered to", "has been delivered to", "relayed to",
                "mail delivery report that you requested", "successfully received", "delivery confirmation",
                "erfolgreich zugestellt", "remis avec succès", "entregado correctamente", "entregue com sucesso",
                "consegnato correttamente", "успешно доставлено", "正常に配信",
            ]
        ),
        (
            .original,
            [
                "original message follows", "original message follow", "original message is following",
                "original message:", "original message header", "original message headers", "original headers",
                "original message below", "original message this line", "-original message-", "-original message ",
                "original message -", "- original message", "begin original message", "start of original message",
                "copy of the original message", "copy of original message", "copy of the message",
                "copy of your message", "copy of the mail", "copy of your mail", "copy of the email",
                "your original message", "your message follows", "returned message follows", "returned mail follows",
                "returned message", "unsent message", "undelivered message", "undelivered mail",
                "message header follows", "message headers follow", "message header:", "message headers:",
                "message text follows", "message follows", "mail follows", "header of the original",
                "headers of the original", "header of the message", "headers of your message", "header of your message",
                "header and top", "headers follow", "header follows", "content of your message", "contents of your",
                "first lines of your", "lines of your original", "lines of the original", "body of the message",
                "forwarded message", "begin forwarded", "below this line",
                "this is a copy", "included is a copy", "is included below", "ursprüngliche nachricht",
                "originalnachricht", "kopie der nachricht", "kopie ihrer nachricht", "original nachricht",
                "message d'origine", "message original", "mensaje original", "mensagem original", "messaggio originale",
                "oryginalna wiadomość", "oorspronkelijk bericht", "исходное сообщение", "копия вашего", "元のメッセージ",
                "オリジナルメッセージ", "元のメール", "送信メール", "原始邮件", "原邮件", "原郵件", "원본 메시지",
            ]
        ),
        (
            .contact,
            [
                "please contact", "please forward", "please send", "please direct", "contact the", "contact your",
                "contact us", "contact me", "assistance", "further help", "for help", "for more information",
                "for further information", "if you have any questions", "questions", "send mail to", "send email to",
                "send e-mail to", "write to", "mail to postmaster", "administrator at", "administrator:", "postmaster@",
                "abuse@", "to unsubscribe", "notify", "report this", "support@", "helpdesk", "help desk", "reply to",
                "address your", "wenden sie sich", "kontaktieren", "veuillez contacter", "contacte", "contactez",
                "contate", "entre em contato", "contattare", "skontaktuj", "neem contact", "обратитесь", "свяжитесь",
                "assistenza", "informazioni", "asistencia", "soporte", "suporte", "hilfe", "hjälp",
                "yardım", "поддержк", "お問い合わせ", "問い合わせ", "问询", "联系", "咨询", "聯絡", "문의", "ask your postmaster",
                "ask the", "delivered to postmaster",
                "your message was sent from", "sender:", "was sent by",
            ]
        ),
        (
            .header,
            [
                "message-id", "message id", "messageid", "received:", "return-path", "reply-to", "x-mailer",
                "in-reply-to", "references:", "mime-version", "content-type", "errors-to", "mail from:", "from:",
                "from address", "sender address", "envelope-from", "envelope sender", "sender is", "dkim", "user-agent",
                "precedence", "arrival-date", "reporting-mta",
            ]
        ),
    ])
}
