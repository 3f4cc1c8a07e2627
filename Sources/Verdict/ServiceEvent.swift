/// What a verdict is about, if that is no mail but an event that a mail service posted to a webhook.
package struct ServiceEvent: Sendable, Equatable {
    /// What tells it from the service's other events: a repeated delivery has the same.
    package var id: String
    /// What somebody unsubscribed from; nil: all mail.
    package var stream: String?

    package init(id: String, stream: String?) {
        self.id = id
        self.stream = stream
    }
}
