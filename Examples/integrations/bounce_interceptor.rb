# Rails, Action Mailer 6.1 and later. config/initializers/bounce.rb:
#
#     ActionMailer::Base.register_interceptor(BounceInterceptor)
#
# It leaves suppressed addresses out, of To, Cc and Bcc. The return path names the recipient if there is one; a mail to several has
# the plain one. It asks maildir-bounce, which reads ledger, key and return_path of /etc/maildir-bounce.toml, or of the file in
# BOUNCE_CONFIG.
require "open3"

class BounceInterceptor
  PLAIN = ENV.fetch("BOUNCE_RETURN_PATH", "bounce@bounce.example.com")

  def self.delivering_email(mail)
    recipients = mail.destinations.select { |address| may_mail?(address) }
    mail.perform_deliveries = false if recipients.empty?
    mail.smtp_envelope_to = recipients
    mail.smtp_envelope_from = recipients.one? ? return_path(recipients.first) : PLAIN
  end

  # Raises if the ledger cannot be read: then nobody is mailed, and the job is tried again.
  def self.may_mail?(address)
    _, errors, status = bounce("check", address)
    raise errors unless [0, 1, 65].include?(status.exitstatus)
    status.success?
  end

  def self.return_path(address)
    answer, errors, status = bounce("verp", "make", address)
    return PLAIN if status.exitstatus == 65 # No room for a tag.
    raise errors unless status.success?
    answer.strip
  end

  # No shell takes part, and after -- nothing is an option.
  def self.bounce(*words, address)
    config = ENV.fetch("BOUNCE_CONFIG", "/etc/maildir-bounce.toml")
    Open3.capture3(ENV.fetch("MAILDIR_BOUNCE", "maildir-bounce"), *words, "--config", config, "--", address)
  end
end
