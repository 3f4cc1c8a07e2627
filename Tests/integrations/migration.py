"""The commands of docs/migrate.md, from the backlog to the way back, and both programs behind one alias."""

import json
import re

from lab import REPOSITORY, SAMPLES, Place, check, has, run as start

GUIDE = (REPOSITORY / "docs" / "migrate.md").read_text()


def command(pattern):
    """The line of the guide that matches, so that what is tested is what is written."""
    return re.search(f"^.*{pattern}.*$", GUIDE, re.MULTILINE)[0]


def run(program, folder):
    if not has("jq"):
        return
    place = Place(folder / "place", program)
    # Its commands name no configuration.
    wrapper = folder / "maildir-bounce"
    wrapper.write_text(f'#!/bin/bash\nexec {program} "$@" --config {place.config}\n')
    wrapper.chmod(0o755)

    def shell(text):
        return start(["bash", "-c", f"set -e; cd {folder}; PATH={folder}:$PATH; {text}"])

    def suppressed():
        shell(command("sort > new"))
        return (folder / "new").read_text().split()

    def hard():
        return json.loads(place.do("address", "bob@dest.example", "--format", "jsonl"))["reports"]["hard"]

    mail = next(SAMPLES.glob("01-*")).read_bytes()
    (folder / "www-data").write_bytes(b"From MAILER-DAEMON Mon Nov 10 10:00:00 2025\n" + mail.rstrip(b"\n") + b"\n\n")
    backlog = command("`maildir-bounce reprocess /var/mail/www-data`")
    backlog = re.search("`(maildir-bounce reprocess .*?)`", backlog)[1].replace("/var/mail/", f"{folder}/")
    before = (folder / "www-data").read_bytes()
    done = [shell(backlog) for _ in range(2)]
    check("the backlog in the mailbox of www-data counts once", suppressed() == ["bob@dest.example"]
          and hard() == 1, f"{suppressed()} {done}")
    check("and is only read", (folder / "www-data").read_bytes() == before)
    # The alias gives the same mail to both.
    start([program, "deliver", "--config", place.config], mail)
    place.do("scan")
    check("what the alias delivers as well counts no second time", hard() == 1,
          place.do("address", "bob@dest.example").decode())

    (folder / "old.tsv").write_text("email\tbounced_at\neve@dest.example\t2024-02-03 04:05:06\nbob@dest.example\t2024-02-03 04:05:06\n")
    done = shell(command("import old.tsv"))
    check("the old list is imported", done.returncode == 0 and "eve@dest.example" in suppressed(), done)
    check("with its dates", b"2024-02-03T04:05:06Z" in place.do("suppressed", "--format", "jsonl"), place.do("suppressed", "--format", "jsonl"))
    done = shell(command("> imported") + "\n" + command("while read"))
    check("and released again", done.returncode == 0 and "eve@dest.example" not in suppressed(), f"{suppressed()} {done}")
