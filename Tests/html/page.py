"""Scans mails, makes the HTML report, shows it in Chromium and reads its numbers back; see run.sh."""

import argparse
import base64
import collections
import itertools
import json
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
import time

from devtools import Browser

# What a hostile mail tries. The page must show it, or an escape of it, as text.
SCRIPT = "<script>document.title='taken'</script>"
IMAGE = "<img src=http://evil.example/x.png onerror=alert(1)>"
QUOTES = "\"'><b id=evil>bold</b>"
BIDI = "\u202egnp.exe\u2066x"

failures = 0
checks = 0


def check(is_right, name, detail=""):
    global failures, checks
    checks += 1
    print("%s %d - %s" % ("ok" if is_right else "not ok", checks, name))
    if not is_right:
        failures += 1
        print("  # %s" % (detail,))


def date(day, minute=0):
    return "%s, %02d Nov 2026 10:%02d:05 +0000" % (
        ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat")[(day - 1) % 7], day, minute)


def bounce(number, address, day, status="5.1.1", reply="550", said="User unknown", mx="mx.dest.example",
           remote_by=None, subject="November news", mta=None):
    """A report as Postfix writes it: ours, or that of another server."""
    host = remote_by or "mail.lists.example"
    received = (
        "Received: from %s (%s [192.0.2.9])\n\tby mail.lists.example (Postfix) with ESMTP id R%d" % (host, host, number)
        if remote_by else "Received: by mail.lists.example (Postfix)\n\tid L%d" % number)
    return """Return-Path: <>
Delivered-To: bounces@lists.example
{received}; {date}
Date: {date}
From: MAILER-DAEMON@{host} (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: bounces@lists.example
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; charset=utf-8; boundary="b{number}"
Message-Id: <r{number}@{host}>

--b{number}
Content-Type: text/plain; charset=utf-8

This is the mail system at host {host}.

I'm sorry to have to inform you that your message could not
be delivered to one or more recipients.

<{address}>: host {mx}[192.0.2.25] said: {reply} {status} {said}
    (in reply to RCPT TO command)

--b{number}
Content-Type: message/delivery-status

Reporting-MTA: dns; {mta}

Final-Recipient: rfc822; {address}
Original-Recipient: rfc822;{address}
Action: failed
Status: {status}
Remote-MTA: dns; {mx}
Diagnostic-Code: smtp; {reply} {status} {said}

--b{number}
Content-Type: message/rfc822

From: News <news@lists.example>
To: {address}
Subject: {subject}
Message-ID: <news-{number}@lists.example>

Hello.

--b{number}--
""".format(received=received, date=date(day, number % 60), host=host, number=number, address=address, mx=mx,
           reply=reply, status=status, said=said, subject=subject, mta=mta or host)


def vacation(number, address, day):
    return """Return-Path: <>
Received: from mx.dest.example (mx.dest.example [192.0.2.25])
\tby mail.lists.example (Postfix) with ESMTP id V%d; %s
From: Alice <%s>
To: bounces@lists.example
Subject: Out of office
Auto-Submitted: auto-replied
Message-ID: <v%d@dest.example>

I am away.
""" % (number, date(day), address, number)


def letter(number, subject, day):
    return """Return-Path: <carol@dest.example>
Received: from mx.dest.example (mx.dest.example [192.0.2.25])
\tby mail.lists.example (Postfix) with ESMTP id N%d; %s
From: Carol <carol@dest.example>
To: bounces@lists.example
Subject: %s
Message-ID: <n%d@dest.example>

A question.
""" % (number, date(day), subject, number)


def mails():
    number = 0
    for day in range(1, 24):
        for index in range(day % 5):
            number += 1
            yield bounce(number, "user%d@dest%d.example" % (number, index), day, mx="mx%d.dest%d.example" % (day % 2, index))
        number += 1
        yield bounce(number, "full%d@dest.example" % (day % 4), day, "5.2.2", "552", "Mailbox full, over quota")
        if day % 3 == 0:
            number += 1
            yield bounce(number, "gone%d@remote.example" % day, day, mx="inner.remote.example", remote_by="mx.remote.example")
        if day % 4 == 0:
            number += 1
            yield vacation(number, "alice@dest.example", day)
            number += 1
            yield letter(number, "Where can I buy the blue one?", day)
        if day % 2 == 0:
            number += 1
            yield bounce(number, "odd%d@strange.example" % day, day, "5.0.0", "550",
                         "Rumpelstiltskin says %d frobs at frob%d.strange.example" % (day * 1000, day), "mx.strange.example")
    # One domain more than the tables show.
    for index in range(22):
        number += 1
        yield bounce(number, "one@many%02d.example" % index, 12, mx="mx.many%02d.example" % index)
    for index, evil in enumerate((SCRIPT, IMAGE, QUOTES, BIDI, "nul\0nul", "<b>" + "x" * 65536)):
        number += 1
        yield bounce(number, "evil%d@hostile.example" % index, 20, "5.0.0", "550", "frob " + evil, subject=evil)
        number += 1
        yield letter(number, evil.replace("\0", ""), 20)
        number += 1
        yield bounce(number, "q%d@hostile.example" % index, 21, mta="a" + evil.replace(" ", "") + ".hostile.example",
                     mx="b" + evil.replace(" ", "") + ".hostile.example", remote_by="mx.hostile.example")
    for evil in ("\"<script>alert(1)</script>\"@hostile.example", "\"a'b<i>\"@hostile.example", "a&lt;b@hostile.example"):
        number += 1
        yield bounce(number, evil, 22)


def refusals():
    """Faults of the sender, which are shown where they are of the last days."""
    number = 5000
    for domain, count in (("blocks", 7), ("<b>.x", 0), ("reads-dmarc", 5), ("c", 4), ("d", 3), ("e", 2), ("f", 1)):
        for index in range(count):
            number += 1
            said = ("Client host [192.0.2.9] blocked using bl.example", "5.7.1") if number % 2 else (
                "DMARC check failed " + SCRIPT, "5.7.26")
            yield bounce(number, "a%d@%s.example" % (index, domain), 1, said[1], "550", said[0]).replace(
                date(1, number % 60), time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime(time.time() - 60)))


def read_tables(browser):
    """The tables of the page: for each id the rows, with numbers as numbers."""
    tables = json.loads(browser.evaluate("""JSON.stringify(Object.fromEntries([...document.querySelectorAll('table[id]')].map(
        table => [table.id, {
            keys: [...table.tHead.rows[0].cells].map(cell => cell.dataset.key || null),
            rows: [...table.tBodies[0].rows].map(row => [...row.cells].map(cell => cell.innerText)),
            sums: table.tFoot ? [...table.tFoot.rows[0].cells].map(cell => cell.innerText) : null
        }])))"""))
    for table in tables.values():
        table["named"] = {}
        for row in table["rows"]:
            table["named"][row[0]] = {
                key: int(cell.replace(",", "")) for key, cell in zip(table["keys"], row) if key}
        if table["sums"]:
            table["sums"] = {
                key: int(cell.replace(",", "")) for key, cell in zip(table["keys"], table["sums"]) if key}
    return tables


# Text whose contrast with what lies behind it is below what WCAG 2.2 AA asks for.
CONTRAST = """(() => {
    const parse = text => { const n = text.match(/[\\d.]+/g).map(Number); return {rgb: n.slice(0, 3), a: n.length > 3 ? n[3] : 1} };
    const light = rgb => { const f = rgb.map(v => { v /= 255; return v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4 });
        return .2126 * f[0] + .7152 * f[1] + .0722 * f[2] };
    const back = element => { for (let e = element; e; e = e.parentElement) {
        const c = parse(getComputedStyle(e).backgroundColor); if (c.a > 0) return c.rgb } return [255, 255, 255] };
    const ratio = (a, b) => { const [x, y] = [light(a), light(b)].sort((p, q) => q - p); return (x + .05) / (y + .05) };
    const bad = [];
    for (const element of document.querySelectorAll('body *')) {
        const style = getComputedStyle(element);
        const hasText = [...element.childNodes].some(n => n.nodeType == 3 && n.textContent.trim());
        if (hasText && !element.closest('svg') && ratio(parse(style.color).rgb, back(element)) < 4.5)
            bad.push(element.outerHTML.slice(0, 80));
        if (element.tagName == 'rect' && ratio(parse(style.fill).rgb, back(element)) < 1.4) bad.push(element.outerHTML.slice(0, 80));
    }
    return bad.slice(0, 5).join(' | ')
})()"""


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--binary", required=True)
    options.add_argument("--keep")
    options = options.parse_args()
    binary = os.path.abspath(options.binary)

    with tempfile.TemporaryDirectory(prefix="maildir-bounce-html.") as root:
        maildir, ledger, page = (os.path.join(root, name) for name in ("Maildir", "ledger.sqlite", "page.html"))
        for part in ("cur", "new", "tmp"):
            os.makedirs(os.path.join(maildir, part))
        count = 0
        for number, mail in enumerate(itertools.chain(mails(), refusals())):
            count += 1
            with open(os.path.join(maildir, "new", "%d.M%d.host" % (1795000000 + number, number)), "wb") as file:
                file.write(mail.encode())

        def program(*arguments):
            return subprocess.run(
                [binary, *arguments, "--ledger", ledger], check=True, stdout=subprocess.PIPE).stdout

        program("scan", "--maildir", maildir)
        with open(page, "wb") as file:
            file.write(program("report", "--format", "html"))
        rows = collections.defaultdict(dict)
        for line in program("report", "--format", "jsonl").decode().splitlines():
            row = json.loads(line)
            key = row["domain"] + " " + row["reason"] if row["by"] == "senders-fault" else row.get("value", "(not said)")
            rows[row["by"]][key] = row
        browser = Browser()
        try:
            test_page(browser, "file://" + page, rows, ledger, count)
            if options.keep:
                keep(browser, page, options.keep)
        finally:
            browser.close()
    print("%d passed, %d failed" % (checks - failures, failures))
    return 1 if failures else 0


def test_page(browser, url, rows, ledger, count):
    with open(url[len("file://"):], "rb") as file:
        source = file.read().decode()
    database = sqlite3.connect("file:%s?mode=ro" % ledger, uri=True)

    def one(sql):
        return database.execute(sql).fetchone()[0]

    browser.open(url)
    requests = [e["params"]["request"]["url"] for e in browser.methods("Network.requestWillBeSent")]
    check(requests == [url], "the page asks for nothing but itself", requests)
    said = browser.methods("Log.entryAdded", "Runtime.consoleAPICalled", "Runtime.exceptionThrown")
    check(not said, "the console stays empty, the content security policy is kept", said)
    check(browser.evaluate("getComputedStyle(document.querySelector('.tiles')).display") == "grid",
          "the style sheet is the one that the policy allows")
    check("taken" not in browser.evaluate("document.title"), "no script of a mail has run")
    check(browser.evaluate("document.querySelectorAll('script,img,iframe,object,embed,link,form,base,#evil,b,i').length") == 0,
          "no element comes from a mail")
    check(browser.evaluate("[...document.querySelectorAll('*')].every(e => [...e.attributes].every(a => !/^on/.test(a.name)))"),
          "no attribute runs anything")

    # The numbers.
    tables = read_tables(browser)
    for table, by in (("t-classes", "class"), ("t-origins", "origin"), ("t-parties", "party"), ("t-reasons", "reason"),
                      ("t-days", "day"),
                      ("t-domains", "domain"), ("t-providers", "provider")):
        shown = tables[table]["named"]
        wanted = rows[by] if by in ("class", "origin", "party", "reason", "day") else dict(list(rows[by].items())[:20])
        wrong = [
            (value, key, row[key], shown.get(value, {}).get(key)) for value, row in wanted.items()
            for key in row if isinstance(row[key], int) and row[key] != shown.get(value, {}).get(key, 0)]
        check(not wrong and len(shown) == len(wanted), "the table by %s has the numbers of report --format jsonl" % by,
              (wrong[:5], len(shown), len(wanted)))
    check(len(rows["domain"]) > 20 and "all of them" in source, "a table that is cut says so")
    sums = {key: sum(row[key] for row in rows["domain"].values()) for key in ("bounces", "hard", "soft")}
    check(all(tables["t-domains"]["sums"][key] == sums[key] for key in sums), "its sums are over all rows")

    text = browser.evaluate("document.body.innerText")
    tiles = {
        name: int(browser.evaluate("document.getElementById('n-%s').innerText" % name).replace(",", ""))
        for name in ("reports", "hard", "soft", "suppressed", "local", "remote", "undecided", "letters")}
    kinds = "SELECT count(*) FROM outcome JOIN term ON term.id = kind WHERE text = '%s'"
    classes = "SELECT count(*) FROM delivery JOIN term ON term.id = %s WHERE text = '%s' AND duplicate_of IS NULL"
    expected = {
        "reports": one("SELECT count(*) FROM delivery WHERE duplicate_of IS NULL"), "hard": one(kinds % "hard"),
        "soft": one(kinds % "soft"), "suppressed": one("SELECT count(*) FROM suppressed"),
        "local": one(classes % ("origin", "local")), "remote": one(classes % ("origin", "remote")),
        "undecided": one("SELECT count(*) FROM outcome JOIN term ON term.id = reason WHERE text IN ('undefined', 'onhold')"
                         " AND outcome.kind IN (SELECT id FROM term WHERE text IN ('hard', 'soft', 'delayed'))"),
        "letters": one(classes % ("class", "not-a-bounce")),
    }
    check(tiles == expected and tiles["reports"] == count, "the figures at a glance are the ledger's", (tiles, expected, count))
    check(all(tiles[name] > 0 for name in tiles), "and none of them is zero here", tiles)
    for name, sql in (
        ("t-reasons", "SELECT t.text, count(*) FROM outcome JOIN term AS t ON t.id = reason"
                      " JOIN term AS k ON k.id = kind WHERE k.text IN ('hard', 'soft') GROUP BY 1"),
        ("t-days", "SELECT strftime('%Y-%m-%d', arrival, 'unixepoch'), count(*) FROM delivery"
                   " WHERE duplicate_of IS NULL GROUP BY 1"),
    ):
        wrong = [(value, number) for value, number in database.execute(sql)
                 if next(iter(tables[name]["named"].get(value, {"": -1}).values())) != number]
        check(not wrong, "%s has the ledger's numbers, asked for in SQL" % name, wrong)
    suppressed = {row[0]: row[2] for row in tables["t-suppressed"]["rows"]}
    known = {address for address, in database.execute("SELECT address FROM suppressed")}
    check(len(suppressed) == min(50, len(known)) and set(suppressed) <= known, "the newly suppressed are in the view",
          set(suppressed) - known)
    check(sum(int(row[2].replace(",", "")) for row in tables["t-suppressions"]["rows"]) == len(known),
          "their number is the sum over the reasons")
    groups = browser.evaluate("[...document.querySelectorAll('#l-undecided li strong')].map(e => +e.innerText)")
    check(sum(groups) == tiles["undecided"] and groups[0] == 11,
          "bounces that are alike stand together, whatever numbers and hosts are in them", groups)

    faults = [[row["domain"], row["since"], row["reason"], row["example"], row["advice"] + "; see " + row["see"],
               "{:,}".format(row["addresses"])] for row in rows["senders-fault"].values()]
    check(len(faults) > 5 and [[cell.replace("\u200b", "") for cell in row] for row in tables["t-repair"]["rows"]] == faults[:5],
          "the page begins with the five worst faults of the sender", (tables["t-repair"]["rows"], faults[:5]))
    check("and %d more" % (len(faults) - 5) in text and source.index('id="repair"') < source.index('id="summary"'),
          "and says how many more there are", len(faults))

    # The lists.
    check(browser.evaluate("[...document.querySelectorAll('a[href]')].every(a => a.getAttribute('href').startsWith('#')"
                           " && document.getElementById(a.getAttribute('href').slice(1)))"),
          "every link leads to a place of the page")
    check(browser.evaluate("[...document.querySelectorAll('main table[id^=t-]:not(#t-repair) tbody td.n')].every("
                           "td => td.innerText == '0' || td.querySelector('a'))"), "every number but zero leads to its list")
    wrong = [row for row in json.loads(browser.evaluate("""JSON.stringify([...document.querySelectorAll('#t-reasons tbody tr')]
        .map(row => { const list = document.querySelector(row.querySelector('a').getAttribute('href'));
            const table = list.parentElement.querySelector('#' + list.id + '-t');
            return [row.cells[0].innerText, list.innerText, [...table.tBodies[0].rows].map(r => r.cells[3].innerText)] }))"""))
        if row[1] != "Reason " + row[0] or not row[2] or len(row[2]) > 10
        or any(not text.endswith(", " + row[0]) for text in row[2])]
    check(not wrong, "the list behind a reason has bounces of this reason, ten at most", wrong[:3])

    # What hostile mails wrote stands there as text.
    for evil in (SCRIPT, IMAGE, QUOTES):
        check(evil in text, "%s is text" % evil[:20])
        check(evil not in source, "%s is nowhere in the source as it is" % evil[:20])
    check("\\u{202E}gnp.exe" in text and not any(mark in text for mark in "\u202e\u2066\0"),
          "marks that turn text around are shown as escapes, and NUL is gone")
    check("<script>alert(1)</script>" in text.replace("\u200b", ""), "a quoted local part is text, too")
    check(len(source) < 1_500_000 and "x" * 5000 not in source, "64 KB of one text are cut", len(source))

    # Keyboard and screen reader.
    check(browser.evaluate("document.documentElement.lang") == "en", "the page names its language")
    check(browser.evaluate("['header', 'nav', 'main', 'footer'].every(n => document.querySelectorAll(n).length == 1)"),
          "it has the landmarks")
    check(browser.evaluate("""(() => { const levels = [...document.querySelectorAll('h1,h2,h3')].map(h => +h.tagName[1]);
        return levels[0] == 1 && levels.filter(l => l == 1).length == 1
            && levels.every((l, i) => i == 0 || l <= levels[i - 1] + 1) })()"""), "headings leave out no level")
    check(browser.evaluate("[...document.querySelectorAll('table')].every(t => t.caption && t.caption.innerText"
                           " && [...t.tHead.rows[0].cells].every(c => c.scope == 'col')"
                           " && [...t.tBodies[0].rows].every(r => r.cells[0].tagName == 'TH' && r.cells[0].scope == 'row'))"),
          "every table has a caption and scopes")
    check(browser.evaluate("[...document.querySelectorAll('svg')].every(s => s.closest('[aria-hidden=true]'))"),
          "pictures repeat what a table says, and are hidden from screen readers")
    names = {node["role"]["value"] for node in browser.call("Accessibility.getFullAXTree")["nodes"]
             if not node["ignored"] and node.get("role") and node["role"]["value"] in ("link", "region", "navigation")
             and not node.get("name", {}).get("value")}
    check(not names, "links and regions have names", names)
    browser.call("Input.dispatchKeyEvent", type="keyDown", key="Tab", code="Tab", windowsVirtualKeyCode=9)
    check(browser.evaluate("document.activeElement.className == 'skip' && document.activeElement.getBoundingClientRect().left >= 0"),
          "the first tabulator step is a visible way to the figures")

    # Screens and paper.
    for scheme in ("light", "dark"):
        browser.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        bad = browser.evaluate(CONTRAST)
        check(bad == "", "contrast is sufficient in %s" % scheme, bad)
        back = browser.evaluate("getComputedStyle(document.body).backgroundColor")
        check((back == "rgb(255, 255, 255)") == (scheme == "light"), "%s is %s" % (scheme, scheme), back)
    browser.call("Emulation.setDeviceMetricsOverride", width=375, height=800, deviceScaleFactor=1, mobile=True)
    width = browser.evaluate("document.documentElement.scrollWidth")
    check(width <= 375, "on a phone nothing is wider than the screen", width)
    browser.call("Emulation.clearDeviceMetricsOverride")
    # In dark mode on purpose: paper is white all the same.
    browser.call("Emulation.setEmulatedMedia", media="print", features=[{"name": "prefers-color-scheme", "value": "dark"}])
    check(browser.evaluate("getComputedStyle(document.body).backgroundColor == 'rgb(255, 255, 255)'"
                           " && getComputedStyle(document.body).color == 'rgb(0, 0, 0)'"
                           " && getComputedStyle(document.getElementById('lists')).display == 'none'"
                           " && getComputedStyle(document.querySelector('.paper')).display == 'block'"),
          "paper is white, and says that the lists are on the screen")
    pdf = base64.b64decode(browser.call("Page.printToPDF", printBackground=False)["data"])
    pages = len(re.findall(rb"/Type\s*/Page[^s]", pdf))
    check(pdf.startswith(b"%PDF") and 2 <= pages <= 12, "it prints on a few pages", pages)
    browser.call("Emulation.setEmulatedMedia", media="", features=[])

    # Even if an escape were forgotten one day.
    browser.events.clear()
    browser.evaluate("""(() => {
        const add = (name, change) => { const e = document.createElement(name); change(e); document.body.append(e) };
        add('script', e => e.textContent = "document.title = 'ran'");
        add('style', e => e.textContent = 'body { background: red }');
        add('img', e => e.src = 'http://evil.example/x.png');
        add('iframe', e => e.src = 'http://evil.example/');
    })()""")
    time.sleep(0.5)
    browser.evaluate("0")
    refused = len(browser.methods("Log.entryAdded"))
    check(browser.evaluate("document.title") != "ran"
          and browser.evaluate("getComputedStyle(document.body).backgroundColor") != "rgb(255, 0, 0)" and refused >= 4,
          "the policy of the page would stop a script, a style, a picture and a frame", refused)


def keep(browser, page, folder):
    os.makedirs(folder, exist_ok=True)
    with open(page, "rb") as source, open(os.path.join(folder, "page.html"), "wb") as copy:
        copy.write(source.read())

    def picture(name, width, scheme="light", media="", height=None, top=0):
        browser.call("Emulation.setEmulatedMedia", media=media, features=[{"name": "prefers-color-scheme", "value": scheme}])
        browser.call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=width < 500)
        whole = browser.evaluate("document.documentElement.scrollHeight")
        clip = {"x": 0, "y": top, "width": width, "height": min(height or whole, whole - top), "scale": 1}
        data = browser.call("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip)["data"]
        with open(os.path.join(folder, name + ".png"), "wb") as file:
            file.write(base64.b64decode(data))

    picture("light", 1200, height=2200)
    picture("light-2", 1200, height=2200, top=2200)
    picture("light-3", 1200, height=2200, top=4400)
    picture("light-4", 1200, height=2200, top=9000)
    picture("dark", 1200, "dark", height=2200)
    picture("phone", 375, height=2400)
    picture("phone-2", 375, height=2400, top=2400)
    picture("phone-3", 375, height=2400, top=6600)
    picture("print", 760, media="print", height=2400)
    with open(os.path.join(folder, "page.pdf"), "wb") as file:
        browser.call("Emulation.clearDeviceMetricsOverride")
        file.write(base64.b64decode(browser.call("Page.printToPDF", printBackground=False)["data"]))


if __name__ == "__main__":
    sys.exit(main())
