#!/usr/bin/env python3
"""Writes the manual pages from what the program says of itself: manual.py PROGRAM FOLDER DATE

One page for the program and one for each of its commands, in mdoc, the language of mandoc and groff. DATE is the day of
the version, 2026-11-24. What a page says stands in the Swift sources, as the help does.
"""

import datetime
import json
import pathlib
import re
import subprocess
import sys
import textwrap

NAME = "maildir-bounce"
FILES = [
    ("/etc/maildir-bounce.toml", "The configuration, read where no --config is given. Options win over it."),
    ("/var/lib/maildir-bounce/ledger.sqlite", "The ledger of an installation from the Debian package."),
]


def text(words):
    """Words for a line of text: nothing in them is a request."""
    words = words.replace("\\", "\\e")
    # A minus of an option stays one that can be copied.
    words = re.sub(r"(?<![\w])-", r"\\-", words)
    words = re.sub(r"(\w)'(\w)", r"\1\\(aq\2", words)
    return "\\&" + words if words[:1] in ".'" else words


def words(line):
    """Words for a macro's arguments: none of them is a macro."""
    escaped = []
    for word in line.split(" "):
        word = text(word).replace('"', "\\(dq")
        # A word such as Fl or Ar would be a macro, and punctuation would be outside.
        escaped.append("\\&" + word if re.fullmatch(r"[A-Z%][a-z0-9]{1,2}|[.,;:?!()\[\]|]", word) else word)
    return " ".join(escaped)


def sentences(paragraph):
    """mdoc wants a new line for each sentence, and short ones."""
    lines = []
    for sentence in re.split(r"(?<=[.!?])\s+(?=[A-Z0-9])", " ".join(paragraph.split())):
        lines += textwrap.wrap(sentence, 72, break_long_words=False, break_on_hyphens=False)
    return [text(line) for line in lines]


def shown(arguments):
    return [argument for argument in arguments or [] if argument.get("shouldDisplay", True)]


def spelled(argument):
    """The option as it is typed, in macros."""
    names = sorted(argument["names"], key=lambda name: name["kind"] != "short")
    spellings = ["Fl " + ("" if name["kind"] == "short" else "\\-") + name["name"].replace("-", "\\-") for name in names]
    value = " Ar " + words(argument["valueName"]) if argument["kind"] == "option" else ""
    return " , ".join(spellings) + value


def synopsis(argument):
    if argument["kind"] == "positional":
        line = "Ar " + words(argument["valueName"]) + (" ..." if argument["isRepeating"] else "")
    else:
        preferred = argument["preferredName"]
        dash = "" if preferred["kind"] == "short" else "\\-"
        line = "Fl " + dash + preferred["name"].replace("-", "\\-")
        line += " Ar " + words(argument["valueName"]) if argument["kind"] == "option" else ""
    return ".Op " + line if argument["isOptional"] else "." + line


def description(discussion):
    """What a discussion says, its examples, and its exit statuses."""
    said, examples, statuses = [], [], []
    for paragraph in (discussion or "").split("\n\n"):
        if paragraph.startswith("Exit status: "):
            statuses = re.split(r",\s+(?=\d+ )", paragraph.removeprefix("Exit status: ").rstrip("."))
            continue
        plain = []
        for line in paragraph.split("\n"):
            if line.startswith("Example: "):
                examples.append(line.removeprefix("Example: "))
            else:
                plain.append(line)
        if plain and " ".join(plain).strip():
            said.append("\n".join(plain))
    return said, examples, statuses


def arguments_list(arguments):
    lines = [".Bl -tag -width Ds"]
    for argument in arguments:
        if argument["kind"] == "positional":
            lines.append(".It Ar " + words(argument["valueName"]) + (" ..." if argument["isRepeating"] else ""))
        else:
            lines.append(".It " + spelled(argument))
        for part in (argument.get("abstract"), argument.get("discussion")):
            if part:
                lines += sentences(part)
        if argument.get("defaultValue") and argument["kind"] != "flag":
            lines.append("The default is " + text(argument["defaultValue"]) + ".")
    return lines + [".El"]


def paragraphs(said):
    lines = []
    for number, paragraph in enumerate(said):
        shown = paragraph.split("\n")
        if all(line.startswith("    ") for line in shown):
            # Written unchanged.
            lines += [".Bd -literal -offset indent"] + [text(line[4:]) for line in shown] + [".Ed"]
            continue
        lines += ([".Pp"] if number else []) + sentences(paragraph)
    return lines


def closing(examples, statuses):
    """The sections after the options, in the order of mdoc(7)."""
    lines = [".Sh FILES", ".Bl -tag -width Ds"]
    for path, meaning in FILES:
        lines += [".It Pa " + path] + sentences(meaning)
    lines.append(".El")
    if statuses:
        lines += [".Sh EXIT STATUS", ".Bl -tag -width Ds"]
        for status in statuses:
            number, meaning = status.split(" ", 1)
            lines += [".It " + number] + sentences(meaning[0].upper() + meaning[1:] + ".")
        lines.append(".El")
    if examples:
        lines.append(".Sh EXAMPLES")
        for example in examples:
            lines.append(".Dl " + words(example))
    return lines


def page(title, date, abstract, body):
    day = datetime.date.fromisoformat(date)
    head = [
        f".Dd {day:%B} {day.day}, {day.year}",
        f".Dt {title.upper()} 1",
        ".Os " + NAME,
        ".Sh NAME",
        ".Nm " + title,
        ".Nd " + text(abstract[0].lower() + abstract[1:].rstrip(".")),
    ]
    return "\n".join(head + body) + "\n"


def command_page(command, date):
    title = f"{NAME}-{command['commandName']}"
    said, examples, statuses = description(command.get("discussion"))
    inner = [sub for sub in command.get("subcommands", []) if sub.get("shouldDisplay", True)]
    body = [".Sh SYNOPSIS"]
    for sub in inner or [command]:
        typed = f"{NAME} {command['commandName']}" + (f" {sub['commandName']}" if inner else "")
        body.append(".Nm " + typed)
        body += [synopsis(argument) for argument in shown(sub["arguments"])]
    body += [".Sh DESCRIPTION"] + (paragraphs(said) or sentences(command["abstract"]))
    if inner:
        for sub in inner:
            sub_said, sub_examples, sub_statuses = description(sub.get("discussion"))
            body.append(f".Ss {command['commandName']} {sub['commandName']}")
            body += paragraphs([sub["abstract"]] + sub_said)
            body += arguments_list(shown(sub["arguments"]))
            examples += [example for example in sub_examples if example not in examples]
            statuses += [status for status in sub_statuses if status not in statuses]
    else:
        body += [".Pp", "Its options:"] + arguments_list(shown(command["arguments"]))
    body += closing(examples, sorted(statuses, key=lambda status: int(status.split(" ", 1)[0])))
    body += [".Sh SEE ALSO", f".Xr {NAME} 1"]
    return title, page(title, date, command["abstract"], body)


def main_page(root, commands, date):
    said, examples, statuses = description(root.get("discussion"))
    body = [".Sh SYNOPSIS", ".Nm", ".Ar command", ".Op Ar option ..."]
    body += [".Sh DESCRIPTION"] + sentences(root["abstract"]) + (paragraphs(said) and [".Pp"] + paragraphs(said))
    body += [".Pp", "The commands, each with a page of its own:", ".Bl -tag -width Ds"]
    for command in commands:
        body += [f".It Xr {NAME}-{command['commandName']} 1"] + sentences(command["abstract"])
    body += [".El", ".Pp", "Options without a command:"] + arguments_list(shown(root["arguments"]))
    body += closing(examples, statuses)
    body.append(".Sh SEE ALSO")
    names = sorted(command["commandName"] for command in commands)
    body += [f".Xr {NAME}-{name} 1" + (" ," if name != names[-1] else "") for name in names]
    return NAME, page(NAME, date, root["abstract"], body)


def main():
    program, folder, date = sys.argv[1:]
    told = subprocess.run([program, "--experimental-dump-help"], check=True, capture_output=True).stdout
    root = json.loads(told)["command"]
    commands = [sub for sub in root["subcommands"] if sub["commandName"] != "help" and sub.get("shouldDisplay", True)]
    target = pathlib.Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    for name, written in [main_page(root, commands, date)] + [command_page(command, date) for command in commands]:
        (target / f"{name}.1").write_text(written, encoding="utf-8")


main()
