"""PORT ADDRESS…"""
import email.message
import pathlib
import smtplib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "Examples" / "integrations"))
import smtplib_bounce

message = email.message.EmailMessage()
message["From"], message["To"], message["Subject"] = "News <news@news.example>", "undisclosed-recipients:;", "News"
message.set_content("Hello\n")
with smtplib.SMTP("127.0.0.1", int(sys.argv[1])) as server:
    smtplib_bounce.send_to_each(server, message, sys.argv[2:])
