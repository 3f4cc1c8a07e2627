"""Each recipe sends a mail to some addresses, of which two are suppressed."""

import os
import pathlib
import shutil

from lab import REPOSITORY, Place, check, missing, run as start
from smtp import Server

DRIVERS = pathlib.Path(__file__).resolve().parent / "drivers"
RETURN_PATH = "bounce@bounce.example"
SUPPRESSED = ["bob@dest.example", "ann@evil.example"]
MAILED = ["carol@dest.example", "o'hara@dest.example", "a-name-that-is-so-long-that-no-tag-has-room@long.dest.example"]
# Name, interpreter, driver, what it needs: a command that succeeds if all is there.
RECIPES = [
    ("PHPMailer", "php", "phpmailer.php", "php -r 'require \"/usr/share/php/libphp-phpmailer/autoload.php\";'"),
    ("Symfony Mailer", "php", "symfony.php", "php -r 'require \"/usr/share/php/Symfony/Component/Mailer/autoload.php\";'"),
    ("WordPress", "php", "wordpress.php", "test -d $MAILDIR_BOUNCE_INTEGRATIONS/wordpress"),
    ("smtplib", "python3", "smtplib_driver.py", "true"),
    ("Django", "/usr/bin/python3", "django_driver.py", "/usr/bin/python3 -c 'import django'"),
    ("Email::Sender", "/usr/bin/perl", "email_sender.pl", "/usr/bin/perl -MEmail::Sender -MDBD::SQLite -e 1"),
    ("Nodemailer", "node", "nodemailer.js", "node -e 'require(\"/usr/share/nodejs/nodemailer\")'"),
    ("Action Mailer", "ruby", "action_mailer.rb", "ruby -e 'require \"action_mailer\"'"),
]


def run(program, folder):
    place = Place(folder / "place", program)
    key = folder / "key"
    key.write_bytes(start([program, "verp", "key"]).stdout)
    key.chmod(0o600)
    place.configure(more=f'[verp]\nkeys = ["file:{key}"]\nreturn_path = "{RETURN_PATH}"\n')
    place.do("import", "--reason", "test", text=SUPPRESSED[0].encode())
    place.do("suppress", "--domain", "evil.example", "--reason", "test")
    # A tag that does not fit is left out.
    senders = {address: place.do("verp", "make", address, allowed=(0, 65)).decode().strip() or RETURN_PATH for address in MAILED}
    check("the longest address has no room for a tag", [sender for sender in senders.values() if sender == RETURN_PATH] == [RETURN_PATH],
          senders)
    server = Server()
    os.environ.update(MAILDIR_BOUNCE=str(program), BOUNCE_LEDGER=str(place.ledger), BOUNCE_KEY=str(key), BOUNCE_RETURN_PATH=RETURN_PATH,
                      BOUNCE_CONFIG=str(place.config), BOUNCE_EXAMPLES=str(REPOSITORY / "Examples"))
    for name, interpreter, driver, needs in RECIPES:
        if not shutil.which(interpreter) or start(["bash", "-c", needs]).returncode != 0:
            missing(name)
            continue
        one(name, [interpreter, DRIVERS / driver], server, senders, place)


def one(name, command, server, senders, place):
    def send(*addresses):
        done = start([*command, server.port, *addresses])
        return done, server.taken()

    def shown(done, mails):
        return f"status {done.returncode}\n{done.stdout.decode()}{done.stderr.decode()}\n{[mail[:2] for mail in mails]}"

    addresses = [*SUPPRESSED, *MAILED]
    done, mails = send(*addresses)
    found = sorted((recipient, sender) for sender, recipients, _ in mails for recipient in recipients)
    if name == "Action Mailer":
        # One mail to all of them, from the plain return path.
        check(f"{name}: a mail to several leaves the suppressed out", done.returncode == 0 and len(mails) == 1
              and mails[0][0] == RETURN_PATH and sorted(mails[0][1]) == sorted(MAILED), shown(done, mails))
        mails = []
        for address in addresses:
            done, more = send(address)
            mails += more
        found = sorted((recipient, sender) for sender, recipients, _ in mails for recipient in recipients)
    check(f"{name}: each gets a mail of his own from his return path, the suppressed none",
          done.returncode == 0 and found == sorted(senders.items()), shown(done, mails))
    check(f"{name}: the mail is whole", bool(mails) and all(b"Subject: News\r\n" in content and b"\r\nFrom: " in b"\r\n" + content
                                                          and b"news@news.example" in content for _, _, content in mails), mails)
    done, mails = send(*SUPPRESSED)
    check(f"{name}: only suppressed addresses: nothing is sent, and that is no error", done.returncode == 0 and not mails, shown(done, mails))
    away = place.ledger.with_suffix(".away")
    place.ledger.rename(away)
    try:
        done, mails = send(MAILED[0])
        check(f"{name}: without the ledger nothing is sent, and that is an error", done.returncode != 0 and not mails, shown(done, mails))
    finally:
        away.rename(place.ledger)
