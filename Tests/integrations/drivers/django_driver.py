"""PORT ADDRESS…"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "Examples" / "integrations"))
from django.conf import settings

settings.configure(EMAIL_BACKEND="django_bounce.EmailBackend", EMAIL_HOST="127.0.0.1", EMAIL_PORT=int(sys.argv[1]))
from django.core.mail import EmailMessage

EmailMessage("News", "Hello\n", "News <news@news.example>", to=[f"One <{sys.argv[2]}>"], bcc=sys.argv[3:]).send()
