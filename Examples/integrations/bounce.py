"""What the recipes in Python share: may an address be mailed, and from which return path?

Copy the folders may-mail, verp and integrations next to each other. The user that runs the program must be in the group that may
read the ledger and the key.
"""

import os
import pathlib
import sys

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[1] / name) for name in ("may-mail", "verp")]
import may_mail as ledger_of_bounces
import return_path as tags


def may_mail(address):
    """Raises if the ledger cannot be read: then nobody is mailed, and the job is tried again."""
    path = os.environ.get("BOUNCE_LEDGER", "/var/lib/maildir-bounce/ledger.sqlite")
    ledger = ledger_of_bounces.open_ledger(path)
    try:
        return ledger_of_bounces.suppression(ledger, path, address) is None
    except ledger_of_bounces.NotAnAddress:
        return False
    finally:
        ledger.close()


def return_path(address):
    """The envelope sender for a mail to this one address."""
    plain = os.environ.get("BOUNCE_RETURN_PATH", "bounce@bounce.example.com")
    key = tags.signing_key(os.environ.get("BOUNCE_KEY", "/etc/maildir-bounce.key"))
    try:
        return tags.signed_return_path(key, plain, address)
    except ValueError:
        return plain  # No room for a tag: the report itself names the address.
