"""Python's smtplib: one mail to each recipient, from a return path that names the recipient."""

import bounce


def send_to_each(server, message, addresses):
    """Sends the message to each of the addresses that may be mailed, and returns these. `server` is an smtplib.SMTP."""
    mailed = [address for address in addresses if bounce.may_mail(address)]
    for address in mailed:
        server.send_message(message, from_addr=bounce.return_path(address), to_addrs=[address])
    return mailed
