import MIME
import Testing

@testable import Classifier

/// Bodies as services post them; their examples, with addresses of our own.
@Suite("events of mail services")
struct ServiceEventTests {
    private static let classifier = Classifier()

    private func verdict(_ text: String, settings: Settings = Settings()) -> Verdict {
        Classifier(settings: settings).classify(Array(text.utf8))
    }

    private static func sendGrid(_ type: String, _ more: String) -> String {
        #"{"email":"bob@dest.example","timestamp":1513299569,"smtp-id":"<14c5d75ce93.dfd.64b469@ismtpd-555>","event":"\#(type)","category":["cat facts"],"sg_event_id":"id-1","sg_message_id":"m.1"\#(more.isEmpty ? "" : ",")\#(more)}"#
    }

    private static func mailgun(_ type: String, _ more: String) -> String {
        #"{"signature":{"timestamp":"1529006854","token":"a8ce0edb","signature":"d2271d12"},"event-data":{"event":"\#(type)","id":"G9Bn5sl1TC6nu79C8C0bwg","timestamp":1521233195.375624,"recipient":"bob@dest.example","user-variables":{"my_var_1":"Mailgun Variable #1","n":7},"message":{"headers":{"to":"Bob <bob@dest.example>","message-id":"20130503182626.18666.16540@sandbox.example","from":"Ann <ann@sandbox.example>","subject":"Test"}}\#(more.isEmpty ? "" : ",")\#(more)}}"#
    }

    private static func postmark(_ record: String, _ type: String, _ details: String, _ more: String = "") -> String {
        #"{"RecordType":"\#(record)","MessageStream":"outbound","ID":4323372036854775807,"Type":"\#(type)","Tag":"Test","MessageID":"883953f4-6105-42a2-a16a-77a8eac79483","Metadata":{"a_key":"a_value"},"Details":"\#(details)","Email":"bob@dest.example","From":"ann@sandbox.example","BouncedAt":"2019-11-05T16:33:54.9070259Z","Subject":"Test"\#(more)}"#
    }

    private static func mailjet(_ type: String, _ more: String) -> String {
        #"{"event":"\#(type)","time":1430812195,"MessageID":13792286917004336,"Message_GUID":"1ab23cd4-e567-8901-2345-6789f0gh1i2j","email":"bob@dest.example","mj_campaign_id":0,"CustomID":"helloworld","Payload":"{\"order\":\"42\"}","mj_list_id":9\#(more.isEmpty ? "" : ",")\#(more)}"#
    }

    private static func ses(_ type: String, _ about: String) -> String {
        #"{"notificationType":"\#(type)",\#(about),"mail":{"timestamp":"2016-01-27T14:59:38.237Z","source":"ann@sandbox.example","messageId":"00000138111222aa","destination":["bob@dest.example"],"headers":[{"name":"X-Campaign","value":"42"},{"name":"List-Id","value":"News <news.example>"}],"commonHeaders":{"from":["Ann <ann@sandbox.example>"],"messageId":"<x@sandbox.example>","subject":"Test"},"tags":{"order":["7"]}}}"#
    }

    private static let bounce =
        #""bounce":{"bounceType":"Permanent","bounceSubType":"General","feedbackId":"feed-1","timestamp":"2016-01-27T14:59:38.237Z","reportingMTA":"dns; a.smtp-out.example","bouncedRecipients":[{"emailAddress":"bob@dest.example","status":"5.1.1","action":"failed","diagnosticCode":"smtp; 550 5.1.1 <bob@dest.example>... User unknown"},{"emailAddress":"ann@dest.example","status":"5.1.1","action":"failed","diagnosticCode":"smtp; 550 5.1.1 User unknown"}]}"#

    @Test(
        "are read as what they say",
        arguments: [
            // SendGrid.
            (
                sendGrid(
                    "bounce",
                    #""reason":"550 5.1.1 The email account that you tried to reach does not exist","status":"5.1.1","type":"bounce""#
                ), "hard-bounce", "hard userunknown"
            ),
            (
                sendGrid("bounce", #""reason":"550 5.7.1 Spam detected","status":"5.7.1","type":"blocked""#),
                "soft-bounce", "soft spamdetected"
            ),
            (
                sendGrid("bounce", #""type":"bounce","bounce_classification":"Invalid Address""#), "hard-bounce",
                "hard userunknown"
            ),
            (sendGrid("bounce", #""type":"blocked""#), "soft-bounce", "soft onhold"),
            (
                sendGrid("deferred", #""response":"450 4.2.2 mailbox full","attempt":"5""#), "delay-notice",
                "delayed mailboxfull"
            ),
            (
                sendGrid("dropped", #""reason":"Bounced Address","status":"5.0.0""#), "hard-bounce",
                "hard userunknown sendgrid"
            ),
            (sendGrid("dropped", #""reason":"Spam Content""#), "soft-bounce", "soft spamdetected"),
            (sendGrid("dropped", #""reason":"Unsubscribed Address""#), "soft-bounce", "soft filtered sendgrid"),
            (sendGrid("delivered", #""response":"250 OK""#), "delivery-receipt", "delivered delivered"),
            (sendGrid("spamreport", ""), "complaint", "delivered feedback"),
            (sendGrid("unsubscribe", ""), "unsubscribe", "delivered feedback"),
            (sendGrid("open", ""), "not-a-bounce", ""),
            (sendGrid("processed", ""), "not-a-bounce", ""),
            // Mailgun.
            (
                mailgun(
                    "failed",
                    #""severity":"permanent","reason":"bounce","delivery-status":{"code":550,"message":"5.1.1 The email account that you tried to reach does not exist. 5.1.1","enhanced-code":"5.1.1","bounce-type":"hard","mx-host":"mx.dest.example","attempt-no":1}"#
                ), "hard-bounce", "hard userunknown"
            ),
            (
                mailgun(
                    "failed",
                    #""severity":"temporary","reason":"generic","delivery-status":{"code":452,"message":"4.2.2 The email account that you tried to reach is over quota"}"#
                ), "delay-notice", "delayed mailboxfull"
            ),
            (
                mailgun(
                    "failed",
                    #""severity":"permanent","reason":"suppress-bounce","delivery-status":{"code":605,"message":"","description":"Not delivering to previously bounced address"}"#
                ), "hard-bounce", "hard userunknown mailgun"
            ),
            (
                mailgun(
                    "failed", #""severity":"permanent","reason":"suppress-complaint","delivery-status":{"code":607}"#),
                "soft-bounce", "soft filtered mailgun"
            ),
            (
                mailgun(
                    "failed",
                    #""severity":"permanent","reason":"old","delivery-status":{"code":602,"message":"Too old"}"#),
                "soft-bounce", "soft expired"
            ),
            (mailgun("complained", ""), "complaint", "delivered feedback"),
            (mailgun("unsubscribed", ""), "unsubscribe", "delivered feedback"),
            (mailgun("delivered", ""), "delivery-receipt", "delivered delivered"),
            (mailgun("clicked", ""), "not-a-bounce", ""),
            // Postmark.
            (postmark("Bounce", "HardBounce", "smtp;550 5.1.1 user unknown"), "hard-bounce", "hard userunknown"),
            (postmark("Bounce", "HardBounce", ""), "hard-bounce", "hard userunknown"),
            (postmark("Bounce", "SoftBounce", "smtp;552 5.2.2 mailbox full"), "soft-bounce", "soft mailboxfull"),
            (postmark("Bounce", "Transient", ""), "delay-notice", "delayed onhold"),
            (postmark("Bounce", "SpamNotification", "x"), "soft-bounce", "soft spamdetected"),
            (postmark("Bounce", "ManuallyDeactivated", ""), "soft-bounce", "soft suspend postmark"),
            (postmark("Bounce", "AutoResponder", ""), "auto-reply", ""),
            (postmark("SpamComplaint", "SpamComplaint", ""), "complaint", "delivered feedback"),
            (postmark("Open", "", ""), "not-a-bounce", ""),
            (
                #"{"RecordType":"Delivery","ServerID":23,"MessageStream":"outbound","MessageID":"883953f4","Recipient":"bob@dest.example","DeliveredAt":"2019-11-05T16:33:54.9070259Z","Details":"Test delivery","Metadata":{}}"#,
                "delivery-receipt", "delivered delivered"
            ),
            (
                #"{"RecordType":"SubscriptionChange","MessageID":"883953f4","MessageStream":"outbound","ChangedAt":"2020-02-01T10:53:34.416071Z","Recipient":"bob@dest.example","Origin":"Recipient","SuppressSending":true,"SuppressionReason":"ManualSuppression"}"#,
                "unsubscribe", "delivered feedback"
            ),
            (
                #"{"RecordType":"SubscriptionChange","MessageID":null,"MessageStream":"outbound","ChangedAt":"2020-02-01T10:53:34.416071Z","Recipient":"bob@dest.example","Origin":"Customer","SuppressSending":false,"SuppressionReason":null}"#,
                "not-a-bounce", ""
            ),
            // Mailjet.
            (
                mailjet(
                    "bounce",
                    #""blocked":false,"hard_bounce":true,"error_related_to":"recipient","error":"user unknown","comment":"Host or domain name not found""#
                ), "hard-bounce", "hard userunknown"
            ),
            (
                mailjet("bounce", #""hard_bounce":false,"error_related_to":"recipient","error":"quota exceeded""#),
                "soft-bounce", "soft mailboxfull"
            ),
            (
                mailjet("bounce", #""hard_bounce":false,"error_related_to":"domain","error":"greylisted""#),
                "delay-notice", "delayed onhold"
            ),
            (
                mailjet("blocked", #""error_related_to":"mailjet","error":"preblocked""#), "soft-bounce",
                "soft suspend mailjet"
            ),
            (mailjet("spam", #""source":"JMRPP""#), "complaint", "delivered feedback"),
            (mailjet("unsub", ""), "unsubscribe", "delivered feedback"),
            (mailjet("sent", #""smtp_reply":"sent (250 2.0.0 OK)""#), "delivery-receipt", "delivered delivered"),
            // Amazon SES.
            (ses("Bounce", bounce), "hard-bounce", "hard userunknown, hard userunknown"),
            (
                ses(
                    "Complaint",
                    #""complaint":{"complainedRecipients":[{"emailAddress":"bob@dest.example"}],"complaintFeedbackType":"abuse","feedbackId":"f","timestamp":"2016-01-27T14:59:38.237Z"}"#
                ), "complaint", "delivered feedback"
            ),
            (
                ses(
                    "Delivery",
                    #""delivery":{"timestamp":"2016-01-27T14:59:38.237Z","recipients":["bob@dest.example"]}"#),
                "delivery-receipt", "delivered delivered"
            ),
            (
                ses(
                    "DeliveryDelay",
                    #""deliveryDelay":{"timestamp":"2016-01-27T14:59:38.237Z","delayType":"MailboxFull","delayedRecipients":[{"emailAddress":"bob@dest.example","status":"4.2.2","diagnosticCode":"smtp; 452 4.2.2 full"}]}"#
                ), "delay-notice", "delayed mailboxfull"
            ),
            (ses("Send", #""send":{}"#), "not-a-bounce", ""),
            (
                #"{"Type":"SubscriptionConfirmation","MessageId":"165545c9","Token":"2336412f37","TopicArn":"arn:aws:sns:us-west-2:123456789012:MyTopic","Message":"You have chosen to subscribe","SubscribeURL":"https://sns.us-west-2.amazonaws.com/","Timestamp":"2012-04-26T20:45:04.751Z"}"#,
                "not-a-bounce", ""
            ),
        ])
    func read(body: String, messageClass: String, outcomes: String) {
        for text in [body, "[" + body + "]\n"] {
            let verdict = verdict(text)
            #expect(verdict.messageClass.rawValue == messageClass)
            let found = verdict.recipients.map { outcome in
                [outcome.kind.rawValue, outcome.reason?.rawValue ?? "-", outcome.relay?.rawValue]
                    .compactMap(\.self).joined(separator: " ")
            }
            #expect(found.joined(separator: ", ") == outcomes, "\(verdict.evidence)")
            #expect(verdict.event != nil)
            #expect(verdict.recipients.first.map { $0.address == "bob@dest.example" } ?? true)
        }
    }

    @Test("have their own time, identity and mail, and the values that [capture] names")
    func details() throws {
        var settings = Settings()
        settings.capturedHeaders = ["x-campaign", "my_var_1", "a_key", "CustomID", "order", "uid"].compactMap {
            CustomFieldName($0)
        }
        let amazon = verdict(ServiceEventTests.ses("Bounce", ServiceEventTests.bounce), settings: settings)
        #expect(amazon.dialect == "amazon-sns")
        #expect(amazon.arrival == 1_453_906_778)
        #expect(amazon.messageID == "feed-1")
        #expect(amazon.origin == .remote)
        #expect(amazon.original?.messageID == "x@sandbox.example")
        #expect(amazon.original?.from == "ann@sandbox.example")
        #expect(amazon.original?.listID == "news.example")
        #expect(amazon.original?.headers.map(\.value) == ["42", "7"])
        let wrapped =
            #"{"Type":"Notification","MessageId":"22b80b92","TopicArn":"arn:aws:sns:x","Timestamp":"2012-05-02T00:54:06.655Z","Message":"\#(ServiceEventTests.ses("Bounce", ServiceEventTests.bounce).replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))"}"#
        #expect(verdict(wrapped, settings: settings) == amazon)

        let mailgun = verdict(
            ServiceEventTests.mailgun("complained", ""), settings: settings)
        #expect(mailgun.arrival == 1_521_233_195)
        #expect(mailgun.original?.messageID == "20130503182626.18666.16540@sandbox.example")
        #expect(mailgun.original?.headers.map(\.value) == ["Mailgun Variable #1"])
        #expect(mailgun.event?.stream == nil)

        let postmark = verdict(ServiceEventTests.postmark("Bounce", "Unsubscribe", ""), settings: settings)
        #expect(postmark.arrival == 1_572_971_634)
        #expect(postmark.event?.stream == "postmark:outbound")
        #expect(postmark.original?.headers.map(\.value) == ["a_value"])

        let mailjet = verdict(ServiceEventTests.mailjet("unsub", ""), settings: settings)
        #expect(mailjet.arrival == 1_430_812_195)
        #expect(mailjet.event?.stream == "mailjet:9")
        #expect(mailjet.original?.headers.map(\.value) == ["helloworld", "42"])

        let sendGrid = verdict(
            ServiceEventTests.sendGrid("group_unsubscribe", #""asm_group_id":10,"uid":"123456""#), settings: settings)
        #expect(sendGrid.arrival == 1_513_299_569)
        #expect(sendGrid.messageID == "id-1")
        #expect(sendGrid.event?.stream == "sendgrid:10")
        #expect(sendGrid.original?.headers.map(\.value) == ["123456"])
    }

    @Test("are divided: lists, and objects one after the other")
    func divided() throws {
        let one = ServiceEventTests.sendGrid("spamreport", "")
        let bytes = Array("[\(one),\n \(one)]\n\(one)\r\n\(one)".utf8)
        let ranges = try #require(EventFile.events(in: bytes))
        #expect(ranges.map { String(decoding: bytes[$0], as: UTF8.self) } == [one, one, one, one])
        let several = verdict("[\(one),\(one)]")
        #expect(several.messageClass == .notABounce)
        #expect(several.limitHit?.contains("2 objects of JSON") == true)
        #expect(EventFile.events(in: Array(#"{"name":"package","version":"1"}"#.utf8)) == [])
        let many = "[" + Array(repeating: "{}", count: Limits.events + 1).joined(separator: ",") + "]"
        #expect(EventFile.events(in: Array(many.utf8)) == nil)
    }

    @Test("are not read from mails: no mail begins as they do")
    func mails() {
        let body = ServiceEventTests.sendGrid("spamreport", "")
        for mail in [
            "Received: from x by y; Tue, 24 Nov 2026 10:00:00 +0000\nContent-Type: application/json\n\n" + body,
            "\n" + body, " " + body, "Subject: x\n\n" + body,
        ] {
            #expect(verdict(mail).event == nil)
            #expect(verdict(mail).recipients.isEmpty)
        }
    }

    @Test(
        "neither stop nor mislead where they are hostile",
        arguments: [
            String(repeating: #"{"a":"#, count: 200_000), String(repeating: "[{", count: 200_000),
            #"{"event":"bounce","sg_event_id":"x","email":"bob@dest.example","email":7}"#,
            #"{"event":"bounce","sg_event_id":"x","email":"bob@dest.example\u0000"}"#,
            #"{"event":"bounce","sg_event_id":"x","email":"a@b@c"}"#,
            #"{"event":"bounce","sg_event_id":"x","timestamp":1e400,"email":null}"#,
            #"{"event":"bounce","sg_event_id":"x","timestamp":"# + String(repeating: "9", count: 1_000_000) + "}",
            #"{"event":"bounce","sg_event_id":""# + String(repeating: "x", count: 1_000_000),
            #"{"event-data":{"event":"failed","recipient":["bob@dest.example"],"delivery-status":[]}}"#,
            #"{"notificationType":"Bounce","mail":{},"bounce":{"bouncedRecipients":{}}}"#,
            #"{"Type":"Notification","Message":"{\"Type\":\"Notification\",\"Message\":\"{}\"}"}"#,
            #"{"RecordType":"Bounce","MessageID":null,"Type":"HardBounce"}"#,
            "{\"event\":\"bounce\",\"sg_event_id\":\"x\",\"email\":\"bob@dest.example\u{0}\"}",
            #"{"\ud800":1}"#, "{\"", "[{", "{\"\\",
        ])
    func hostile(body: String) {
        #expect(verdict(body).recipients.isEmpty)
    }

    @Test("with bytes that are not UTF-8, or long texts, are cut to the limits")
    func limits() {
        var bytes = Array(
            #"{"event":"bounce","sg_event_id":"x","email":"bob@dest.example","reason":"550 5.1.1 user unknown "#.utf8)
        bytes += [0xFF, 0xFE] + Array(repeating: UInt8(ascii: "x"), count: 1_000_000) + Array("\"}".utf8)
        let verdict = ServiceEventTests.classifier.classify(bytes)
        #expect(verdict.recipients.map(\.reason) == [.userUnknown])
        #expect(verdict.recipients.first?.diagnostic?.utf8.count ?? 0 <= Limits.diagnosticBytes)
    }
}
