enum MaildirPlaceholder {}
