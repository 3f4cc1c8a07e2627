#!/usr/bin/env bash
# Makes docs/images/report.png again, the top of the HTML report as Chromium shows it, for a month of mails from
# Benchmarks/generate, with a newsletter on Tuesdays and a smaller one on Fridays.
#
#   report-picture.sh [FILE]
#
# The program is $MAILDIR_BOUNCE, or else .build/release/maildir-bounce.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export PYTHONDONTWRITEBYTECODE=1
repository=$PWD
program=$(realpath "${MAILDIR_BOUNCE:-.build/release/maildir-bounce}")
picture=$(realpath -m "${1:-docs/images/report.png}")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir -p "$(dirname "$picture")"
cd "$folder"

python3 - "$repository/Benchmarks/generate" >month.mbox <<'PYTHON'
import calendar, importlib.machinery, importlib.util, sys, time

loader = importlib.machinery.SourceFileLoader("generate", sys.argv[1])
generate = importlib.util.module_from_spec(importlib.util.spec_from_loader("generate", loader))
loader.exec_module(generate)

# Of a hundred, Monday to Sunday.
SHARE = (22, 100, 38, 24, 71, 12, 8)
mails = generate.Mails(1_000_000, 7)
first, last = (calendar.timegm(time.strptime(day, "%Y-%m-%d")) for day in ("2024-11-01", "2024-12-01"))
for index in range(*((second - mails.START) * mails.count // mails.SPAN for second in (first, last))):
    at, mail = mails.mail(index)
    if generate.mix(index) % 100 < SHARE[time.gmtime(at).tm_wday]:
        sys.stdout.buffer.write(generate.mbox(at, mail, index))
PYTHON
"$program" reprocess month.mbox --ledger ledger.sqlite --progress never >/dev/null
"$program" report --since 2024-11-01 --until 2024-12-01 --format html --ledger ledger.sqlite >report.html

python3 - "$repository/Tests/html" "$folder/report.html" "$picture" <<'PYTHON'
import base64, sys

sys.path.insert(0, sys.argv[1])
from devtools import Browser

if not Browser.program():
    sys.exit("report-picture: Chromium is missing; scripts/install-deps.sh test installs it")
browser = Browser()
try:
    browser.open("file://" + sys.argv[2])
    light = [{"name": "prefers-color-scheme", "value": "light"}]
    browser.call("Emulation.setEmulatedMedia", media="", features=light)
    browser.call("Emulation.setDeviceMetricsOverride", width=1000, height=800, deviceScaleFactor=1, mobile=False)
    # Down to the fourth day of the first table.
    end = browser.evaluate("Math.ceil(document.querySelectorAll('#t-days tbody tr')[3].getBoundingClientRect().bottom)")
    clip = {"x": 0, "y": 0, "width": 1000, "height": end, "scale": 1}
    shot = browser.call("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip)
finally:
    browser.close()
with open(sys.argv[3], "wb") as file:
    file.write(base64.b64decode(shot["data"]))
PYTHON
ls -l "$picture"
