"""Django: a mail backend. settings.py: EMAIL_BACKEND = "django_bounce.EmailBackend", with this folder in PYTHONPATH.

It leaves suppressed addresses out, and sends to each of the others from a return path that names it. It replaces _send(), which is
not a documented method of Django's SMTP backend, so try it with your version.
"""

import bounce
from django.core.mail.backends import smtp


class EmailBackend(smtp.EmailBackend):
    def _send(self, email_message):
        mailed = [address for address in map(smtp_address, email_message.recipients()) if bounce.may_mail(address)]
        content = email_message.message().as_bytes(linesep="\r\n")
        for address in mailed:
            try:
                self.connection.sendmail(bounce.return_path(address), [address], content)
            except smtp.smtplib.SMTPException:
                if not self.fail_silently:
                    raise
                return False
        return bool(mailed)


def smtp_address(recipient):
    """`bob@dest.example` of `Bob <bob@dest.example>`."""
    return smtp.smtplib.quoteaddr(recipient)[1:-1]
