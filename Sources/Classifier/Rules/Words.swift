/// The words for subjects and predicates, in the form that `FoldedText` makes. Stems stand for their inflections.
enum Words {
    /// Sentences around a word for the recipient.
    static let templates = [
        "bad {}", "wrong {}", "incorrect {}", "illegal {}", "no {} found", "no {} here", "no {} exists",
        "no {} with that", "no {} by that", "no {} known", "no {} at this", "{} deleted", "{} removed", "{} closed",
        "{} terminated", "{} cancelled", "{} discontinued", "no {} for ",
    ]
    static let english = [
        "user", "mailbox", "account", "recipient", "address", "email", "e-mail", "email address", "such",
        "matching recipient", "matching user", "one",
    ]

    static let subjects: [(Subject, [String])] = [
        (
            .recipient,
            [
                "user", "username", "user name", "userid", "user id",
                "recipient", "addressee", "address", "email address", "e-mail address",
                "mail address", "rcpt", "rcpt to", "login", "alias", "customer", "subscriber",
                "local part", "local-part", "member", "student", "employee", "one", "party", "your recipient",
                "destination", "mailaddress", "recipient's", "user's", "name", "id",
                // German
                "benutzer", "empfänger", "empfaenger", "adresse", "mailadresse", "teilnehmer", "adressat", "nutzer",
                "kunde",
                // French
                "utilisateur", "destinataire", "l'adresse", "l'utilisateur",
                // Spanish, Portuguese, Italian, Romanian
                "usuario", "usuário", "destinatario", "destinatário", "dirección", "direccion", "endereço", "endereco",
                "utente", "indirizzo", "utenza", "destin.", "utilizator", "destinatar", "adresa",
                // Dutch, Nordic
                "gebruiker", "geadresseerde", "ontvanger", "adres", "användare", "mottagare", "adressen", "bruker",
                "bruger",
                "modtager", "mottaker", "käyttäjä", "vastaanottaja", "osoite",
                // Baltic, Estonian
                "kasutaja", "saaja", "aadress", "lietotāj", "saņēmēj", "adrese", "vartotoj", "gavėj", "adresas",
                // Slavic
                "użytkownik", "odbiorc", "uživatel", "příjemc", "adresa", "používateľ", "príjemc", "uporabnik",
                "prejemnik", "naslov",
                "пользовател", "получател", "адрес", "абонент", "адресат",
                "користувач", "одержувач", "отримувач", "потребител", "получателят", "корисник", "korisnik",
                "primatelj", "primalac",
                // Greek, Hungarian, Turkish
                "χρήστη", "παραλήπτη", "διεύθυνση", "felhasználó", "címzett", "cím ", "kullanıcı", "alıcı",
                // Hebrew, Arabic
                "משתמש", "נמען", "הנמען", "כתובת", "הכתובת", "المستخدم", "مستخدم", "المستلم", "مستلم", "عنوان",
                "العنوان",
                // Japanese, Chinese, Korean
                "ユーザー", "ユーザ", "アドレス", "宛先", "あて先", "受信者", "受取人", "利用者",
                "用户", "收件人", "地址", "使用者", "收件者", "位址", "用戶",
                "사용자", "수신자", "주소", "받는 사람",
            ]
        ),
        (
            .mailbox,
            [
                "mailbox", "mail box", "mbox", "inbox", "account", "email account", "e-mail account", "maildir",
                "maildrop", "mail drop", "postfach", "konto", "mailkonto", "boîte", "boite", "compte", "cuenta",
                "buzón", "buzon", "casilla", "conta ", "caixa", "casella", "contul", "cont ", "postvak", "brevlåda",
                "postkasse", "postilaatikko", "tili", "postkast", "pastkast", "pašto dėžut", "skrzynk", "schránk",
                "poštni predal", "ящик", "аккаунт", "учетная запись", "учётная запись", "скринька", "скриньк",
                "обліковий запис", "кутия", "сметка", "γραμματοκιβώτιο", "λογαριασμ", "postafiók", "fiók",
                "posta kutusu", "hesap", "hesab", "תיבת", "תיבה", "חשבון", "صندوق", "حساب", "الحساب", "メールボックス",
                "アカウント", "邮箱", "账号", "帐号", "帐户", "账户", "信箱", "郵箱", "帳號", "帳戶", "계정", "편지함", "메일함", "사서함", "correo",
                "mailfolder", "mail folder", "mailspool",
            ]
        ),
        (
            .storage,
            [
                "quota", "storage", "storage space", "storage limit", "size limit",
                "speicherplatz", "speichervolumen", "kontingent", "speicherlimit", "espace de stockage", "cuota",
                "almacenamiento", "spazio", "quote", "квота", "квоту", "容量", "空间", "空間", "용량", "kota", "kotası",
                "lagringsutrymme", "opslagruimte", "przestrze", "limit miejsca",
            ]
        ),
        (
            .rate,
            [
                "rate", "sending quota", "submission quota", "daily quota", "relay limit", "sending limit",
                "send limit", "message limit", "daily limit", "hourly limit", "quota for sending", "recipients per",
                "messages per", "mails per", "emails per", "message per connection", "thread limit", "thread",
                "login attempts", "发信数量", "邮件数量", "发送频率", "发信频率", "送信数", "höchstbeschränkung", "versandlimit",
                "cuota de envío", "limite d'envoi", "límite de envío", "limite di invio", "limite de envio",
            ]
        ),
        (
            .domain,
            [
                "domain", "domain name", "recipient domain", "recipient's domain", "host or domain", "destination host",
                "destination domain", "destination system", "destination server", "host or domain name", "mail domain",
                "email domain",
                "host", "hostname", "host name", "mx", "mx record", "mx records", "mail exchanger", "mx host",
                "mx hosts", "domäne", "domaine", "dominio", "domínio",
                "domena", "domén", "домен", "ドメイン", "域名", "網域", "网域", "도메인", "domein", "domän", "domæne", "domene",
                "verkkotunnus", "domeen", "domēn", "tartomány", "domeniu", "alan adı", "τομέα", "דומיין", "النطاق",
                "نطاق",
            ]
        ),
        (
            .sender,
            [
                "sender", "sender's", "sender address", "sender's address", "sender domain", "sender's domain",
                "domain of sender", "sender's account",
                "sender account", "sender email address", "mail from", "mailfrom", "mail from address", "from address",
                "from: address", "from domain", "from: domain",
                "return address", "return path", "return-path", "reverse-path", "reverse path", "envelope from",
                "envelope sender", "your address", "your email address", "your e-mail address",
                "your account", "your email account", "your mailbox", "your domain", "your user", "originator",
                "your sender", "the sender's mailbox", "sending user", "sending domain", "sending address",
                "absender", "expéditeur", "expediteur", "remitente", "remetente", "mittente", "afzender", "avsändare",
                "avsender", "afsender", "lähettäjä", "nadawc", "odesílatel", "odosielateľ", "отправител", "відправник",
                "подател", "gönderen", "feladó", "expeditor", "pošiljatelj", "saatja", "sūtītāj", "siuntėj",
                "αποστολέα", "השולח", "المرسل", "送信者", "差出人", "送信元", "发件人", "寄件者", "寄件人", "发信人", "보낸 사람", "발신자",
            ]
        ),
        (
            .client,
            [
                "client host", "client", "sending host", "sending ip", "sending server", "sending mta", "ip",
                "ip address", "your ip",
                "your host", "your server", "your hostname", "your mail server", "your network", "ptr", "reverse dns",
                "rdns", "connecting host", "host rejected", "relay",
            ]
        ),
        (
            .message,
            [
                "message", "mail message", "email", "e-mail", "mail", "file", "message size", "size of the message",
                "size of this message", "mail size", "message length", "data size", "size", "größe der nachricht",
                "nachrichtengröße", "taille du message", "tamaño del mensaje", "tamanho da mensagem",
                "dimensione del messaggio", "wiadomoś", "сообщение", "письмо", "письма", "письмо", "повідомлення",
                "メール", "メッセージ", "邮件", "郵件", "信件", "메일", "meddelande", "besked", "viesti", "bericht", "zpráv", "üzenet",
                "mesajul", "ileti", "mesaj", "μήνυμα", "съобщение", "ההודעה", "הודעה", "رسالة", "الرسالة", "sõnum",
                "ziņojum", "laišk", "pranešim", "sporočil", "poruk", "email message", "your message", "your mail",
                "your email", "your e-mail", "attachment", "content", "header", "body", "nachricht", "mensaje",
                "mensagem", "messaggio", "message-id", "subject", "url", "link",
            ]
        ),
        (
            .server,
            [
                "server", "mail server", "system", "disk", "disk space", "diskspace", "space", "filesystem",
                "file system", "queue", "spool", "service",
                "gateway", "storage",
            ]
        ),
        (
            .other,
            [
                "command", "error", "reason", "protocol", "parameter", "option", "address family", "character",
                "syntax", "argument", "sequence", "credentials", "password", "certificate", "key", "directory", "page",
                "encoding",
                "charset", "signature", "policy", "listing", "network", "authentication", "users", "recipients",
                "addresses", "accounts", "mailboxes", "networks", "clients",
            ]
        ),
        (.greeting, ["helo", "ehlo", "helo/ehlo", "helo name", "helo host"]),
        (
            .guess,
            [
                "may", "might", "maybe", "perhaps", "possibly", "probably", "either", "could be", "whether", "alike",
                "vielleicht", "möglicherweise", "eventuell", "peut-être", "tal vez", "quizás", "puede que", "talvez",
                "forse", "misschien",
            ]
        ),
        (.address, ["@"]),
    ]

    static let predicates: [(Predicate, [String])] = [
        (
            .absent,
            [
                "does not exist", "doesn't exist", "doesnt exist", "dosn't exist", "dose not exist", "don't exist",
                "do not exist", "did not exist", "not exist", "no longer exist", "never existed",
                "doesn't seem to exist", "does not appear to exist",
                "isn't there", "is not there", "not here", "no longer here", "isn't here",
                "unknown", "is unknown", "not known", "isn't known", "unkown", "unknow", "not recognized",
                "not recognised", "unrecognized", "unrecognised",
                "not found", "could not be found", "couldn't be found", "cannot be found", "can't be found",
                "can not be found", "wasn't found", "was not found", "isn't found", "unable to find", "cannot find",
                "can't find", "couldn't find", "could not find", "did not find",
                "no such", "there is no", "there's no", "we have no", "have no", "no known", "no active", "no existing",
                "nonexistent", "non-existent", "non existent", "nonexistant", "non-existant", "nonexisting",
                "non-existing", "inexistent", "invalid", "not valid", "isn't valid", "no longer valid", "not a valid",
                "not listed", "isn't listed", "not registered", "unregistered", "not in our", "not in the directory",
                "not present", "not a local", "not our", "not used", "not in use", "no longer in use", "not one of our",
                "not hosted here", "not defined", "undefined",
                "has been deleted", "was deleted", "is deleted", "has been removed", "was removed",
                "has been closed", "was closed", "is closed",

                "no longer available", "no longer used", "no longer active at", "has left", "no longer with",
                "not a member of", "not a user", "not an account", "does not have an account",
                "doesn't have an account", "does not have a mailbox", "has no mailbox", "has no account",
                "by that name",
                // German
                "unbekannt", "existiert nicht", "nicht gefunden", "nicht vorhanden", "gibt es nicht", "ungültig",
                "ungueltig", "kein solcher", "keine solche", "kein gültig", "nicht bekannt", "gelöscht",
                "nicht existent", "nicht zu finden", "nicht angelegt", "existieren nicht", "nicht mehr gültig",
                "nicht mehr vorhanden",
                // French
                "inconnu", "n'existe pas", "n'existe plus", "introuvable", "inexistant", "non trouvé", "pas trouvé",
                "invalide", "n'a pas été trouvé", "supprimé", "n'est plus valide", "n'est pas valide", "clôturé",
                "fermé",
                // Spanish
                "desconocid", "no existe", "ya no existe", "no encontrad", "inexistente", "no se encontr",
                "no se ha encontrado", "no válid", "inválid", "no pudo encontrarse", "no hay ningún", "no es válid",
                "eliminad",
                // Portuguese
                "desconhecid", "não existe", "nao existe", "não encontrad", "nao encontrad", "não foi encontrad",
                "não é válid", "excluíd", "não há nenhum",
                // Italian
                "sconosciut", "inesistente", "non esiste", "non trovat", "non valid", "non è stat", "non presente",
                "non più attiv", "non esistente",
                // Polish, Czech, Slovak, Slovenian, Croatian
                "nie istnieje", "nieznan", "nie znaleziono", "nie ma takiego", "nieprawidłow", "neexistuje", "neznám",
                "nenalezen", "nebyl nalezen", "nebyla nalezena", "nie je známy", "neznámy", "nenájden", "ne obstaja",
                "neznan", "ni najden", "ni mogoče najti", "ne postoji", "nepoznat", "nije pronađen", "nieaktualny",
                // Dutch, Nordic
                "bestaat niet", "onbekend", "niet gevonden", "ongeldig", "bestaat niet meer", "finns inte", "okänd",
                "hittades inte", "existerar inte", "ogiltig", "findes ikke", "ukendt", "finnes ikke", "ukjent",
                "eksisterer ikke", "ble ikke funnet", "blev ikke fundet", "ugyldig", "kunde inte hittas",
                "ei ole olemassa", "ei löydy", "ei löytynyt", "tuntematon", "virheellinen",
                // Baltic, Estonian
                "ei eksisteeri", "tundmatu", "ei leitud", "neeksistē", "nezinām", "nav atrast", "neegzistuoja",
                "nežinom", "nerast",
                // Russian, Ukrainian, Bulgarian, Serbian
                "не существует", "не найден", "неизвестн", "несуществующ", "нет такого", "такого нет",
                "не зарегистрирован", "недействител", "удален", "удалён", "не обнаружен", "не існує", "невідом",
                "не знайден", "немає такого", "не съществува", "непознат", "не е намерен", "няма такъв", "не постоји",

                // Greek, Hungarian, Romanian, Turkish
                "δεν υπάρχει", "άγνωστ", "δεν βρέθηκε", "nem létezik", "ismeretlen", "nem található", "érvénytelen",
                "nu există", "necunoscut", "inexistent", "nu a fost găsit", "bulunamadı", "kullanıcı yok", "adres yok",
                "bilinmeyen",
                "mevcut değil", "geçersiz", "tanınmıyor",
                // Hebrew, Arabic
                "לא קיים", "לא קיימת", "אינו קיים", "אינה קיימת", "לא נמצא", "לא ידוע", "אינו מוכר", "לא מוכר",
                "غير موجود", "لا يوجد", "غير معروف", "لم يتم العثور", "غير صالح",
                // Japanese, Chinese, Korean
                "見つかりません", "存在しません", "存在しない", "存在いたしません", "不明", "登録されていません", "登録がありません", "登録がございません", "無効",
                "見つかりませんでした",
                "不存在", "未找到", "找不到", "无此", "没有此", "查無此", "無此", "无效", "無效", "未知", "不正确",
                "존재하지 않", "찾을 수 없", "없는 사용자", "없는 계정", "알 수 없는", "유효하지 않",
            ]
        ),
        (
            .full,
            [
                "is full", "full", "over quota", "overquota", "over-quota", "over its quota", "over the quota",
                "out of space", "no space", "no room", "overdrawn", "over limit", "over the limit", "too full",
                "voll", "überfüllt", "plein", "saturé", "lotad", "pełn", "przepełnion",
                "přeplněn", "plná", "vol ", "fuld", "fullt", "täynnä", "täis", "pilna", "pilnas", "perpildyt",
                "переполнен", "полон", "заполнен", "πλήρ", "γεμάτ", "megtelt", "plin", "dolu", "doldu", "מלאה",
                "מלא", "ممتلئ", "いっぱい", "一杯", "満杯", "已满", "已滿", "가득", "꽉",
            ]
        ),
        (
            .disabled,
            [
                "disabled", "suspended", "deactivated", "inactive", "not active", "isn't active", "not activated",
                "not enabled", "locked", "frozen", "blocked", "expired", "on hold", "archived",
                "temporarily unavailable", "deactived", "inactivated", "dormant", "not been activated", "barred",
                "quarantined",
                "gesperrt", "deaktiviert", "stillgelegt", "inaktiv", "nicht aktiv", "désactivé", "desactivé",
                "suspendu", "bloqué", "inactif", "suspendid", "desactivad", "deshabilitad", "bloquead", "inactiv",
                "desativad", "suspens", "inativ", "disabilitat", "disattivat", "sospes", "bloccat", "zablokowan",
                "nieaktywn", "zawieszon", "zakázán", "zablokován", "neaktivní", "pozastaven", "geblokkeerd",
                "uitgeschakeld", "inactief", "opgeschort", "spärrad", "inaktiverad", "avstängd", "sperret",
                "deaktivert", "spærret", "deaktiveret", "suljettu", "poissa käytöstä", "lukittu",
                "заблокирован", "отключен", "отключён", "неактивен", "приостановлен", "заблоковано", "вимкнено",
                "απενεργοποι", "ανενεργ", "letiltva", "felfüggesztve", "inaktív", "dezactivat", "blocat", "askıya",
                "devre dışı", "kapatıl", "מושבת", "חסום", "מושעה", "معطل", "موقوف", "停止", "凍結", "無効化", "被冻结", "停用",
                "禁用", "凍結", "停权", "휴면", "정지", "비활성",
            ]
        ),
        (
            .exceeded,
            [
                "exceeded", "exceed", "exceeds", "exceeding", "over", "reached", "exhausted", "too many", "full",
                "is full", "insufficient", "not enough", "used up", "überschritten", "ueberschritten", "erschöpft",
                "dépassé", "excedid", "superado", "excedeu", "esaurit", "superat", "overschreden", "przekroczon",
                "превышен", "перевищен", "depăşit", "depășit", "aşıldı", "超過", "超え", "オーバー", "不足", "超过", "超出", "초과",
                "overskredet", "överskriden", "ylittynyt", "túllép", "překročen",
            ]
        ),
        (
            .blocked,
            [
                "blocked", "is blocked", "has been blocked", "rejected", "refused", "banned", "blacklisted", "denied",
                "not allowed", "not in whitelist", "not on whitelist", "listed by", "listed as", "listed in",
                "listed on", "karma", "gesperrt", "abgelehnt", "zulassungsliste", "bloqué", "refusé", "bloquead",
                "rechazad", "rifiutat", "bloccat", "заблокирован", "отклонен", "blokováno", "blokowan", "odrzucon",
                "geweigerd", "engellendi", "ブロック", "拒否", "ホワイトリスト", "拒绝", "拒絕", "黑名单", "不在网易允许", "차단", "거부",
            ]
        ),
        (
            .tooBig,
            [
                "too large", "larger than", "bigger than", "exceeds", "exceeded", "exceed", "exceeds limit",
                "exceeds size", "greater than", "over the limit", "dépasse", "excede", "supera", "eccede",
                "überschreitet", "przekracza", "превышает", "перевищує", "překračuje", "超過", "超え", "超过", "超出", "초과",
                "overskrider", "överskrider", "ylittää", "meghaladja", "depășește", "aşıyor", "pārsniedz", "viršija",
                "ületab", "overschrijdt", "too big", "too long", "zu groß", "zu gross", "trop volumineux", "trop gros",
                "demasiado grande", "muito grande", "troppo grande", "za duż", "příliš velk", "te groot", "för stor",
                "for stor", "liian suuri", "слишком больш", "занадто велик", "túl nagy", "prea mare", "çok büyük",
                "大きすぎ", "过大", "過大", "太大", "너무 큽",
            ]
        ),
    ]
}
