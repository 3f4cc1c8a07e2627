# PORT ADDRESS…
require "action_mailer"
require_relative "../../../Examples/integrations/bounce_interceptor"

class News < ActionMailer::Base
  def news(to) = mail(from: "News <news@news.example>", to: to, subject: "News", body: "Hello\n")
end

ActionMailer::Base.logger = nil
ActionMailer::Base.smtp_settings = { address: "127.0.0.1", port: ARGV[0].to_i, enable_starttls_auto: false }
ActionMailer::Base.register_interceptor(BounceInterceptor)
News.news(ARGV.drop(1)).deliver_now
