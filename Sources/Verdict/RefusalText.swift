/// What a mail server says when it refuses an address by our list: the exported map, or the view `postfix_access`.
package enum RefusalText {
    /// Identifies our own refusal when it comes back in a report; lower case.
    package static let token = "[maildir-bounce]"
    /// The beginning; the time follows, then the reason.
    package static let beginning = "5.7.1 suppressed \(token) since "
}
