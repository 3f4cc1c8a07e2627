#!/usr/bin/env python3
"""Prints the signed envelope sender for a mail to ADDRESS:

    python3 return_path.py KEYFILE RETURN-PATH ADDRESS [DAY]

DAY, days since 1970, is for installations that set verp.expiry_days: int(time.time()) // 86400.
"""
import hashlib
import hmac
import re
import sys


def signed_return_path(key, return_path, address, day=None):
    key_id, secret = key.split(":", 1)
    # Bytes, not characters; a domain beyond ASCII goes through the idna package first.
    local, domain = address.encode().lower().rsplit(b"@", 1)
    local = re.sub(rb"[^a-z0-9._-]|(?<=\.)\.", lambda found: b"=%02x" % ord(found[0]), local)
    recipient = (local + b"=" + domain).decode("ascii")
    head = key_id if day is None else f"{key_id}{day:04x}"
    signature = hmac.new(secret.encode(), f"{head}:{recipient}".encode(), hashlib.sha256).hexdigest()[:12]
    name, host = return_path.rsplit("@", 1)
    sender = f"{name}+{head}{signature}+{recipient}"
    if len(sender) > 64:
        raise ValueError(f"{address}: the tag is too long for a local part")
    return f"{sender}@{host}"


def signing_key(keyfile):
    with open(keyfile, encoding="ascii") as file:
        return next(line.rstrip("\n") for line in file if not re.match(r"#|$", line))  # the first one signs


if __name__ == "__main__":
    keyfile, path, recipient = sys.argv[1:4]
    try:
        day = int(sys.argv[4]) if len(sys.argv) > 4 else None
        print(signed_return_path(signing_key(keyfile), path, recipient, day))
    except ValueError as problem:
        sys.exit(str(problem))
