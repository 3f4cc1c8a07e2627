#!/usr/bin/env python3
"""Holds the documents against what they speak of; prints what is wrong, and ends with 1 where something is.

    check.py ROOT PROGRAM

Every relative link of a .md file leads to a file and to a heading that are there. Every command of PROGRAM that a document
shows is one, with options that it has. Every command line of a document in another language (X.ja.md) stands in X.md, too.
"""

import json
import os
import re
import subprocess
import sys

FENCE = re.compile(r"^```.*?^```\n?", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`[^`\n]+(?:\n[^`\n]+)?`")
LINK = re.compile(r"!?\[[^\]]*\]\(\s*([^)\s]+)\s*\)")
HEADING = re.compile(r"^#{1,6} +(.*?) *#*$", re.MULTILINE)
CALL = re.compile(r"(?<![\w/.-])maildir-bounce((?: +(?![#|&;<>`])\S+)+)")


def documents(root):
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(f for f in folders if not f.startswith(".") and f != "dist" and not f.endswith(".docc"))
        yield from (os.path.join(folder, name) for name in sorted(files) if name.endswith(".md"))


def anchors(text):
    """What GitHub makes of the headings."""
    seen = {}
    for title in HEADING.findall(FENCE.sub("", text)):
        title = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", title).replace("`", "")
        slug = re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
        count = seen.get(slug, -1) + 1
        seen[slug] = count
        yield slug if count == 0 else "%s-%d" % (slug, count)


def links(root, path, texts):
    prose = SPAN.sub("", FENCE.sub("", texts[path]))
    for target in LINK.findall(prose):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        file = os.path.normpath(os.path.join(os.path.dirname(path), name)) if name else path
        if not os.path.exists(file) or not file.startswith(root + os.sep):
            yield "%s leads to no file" % target
        elif anchor and anchor not in set(anchors(texts.get(file, ""))):
            yield "%s leads to no heading of %s" % (target, os.path.relpath(file, root))


def code(text):
    """The lines of fenced blocks, comments cut off, and the spans of prose."""
    for block in FENCE.findall(text):
        yield from (re.sub(r"\s+# .*", "", line).strip() for line in block.split("\n")[1:-1])
    yield from (" ".join(span.strip("`").split()) for span in SPAN.findall(FENCE.sub("", text)))


def options(command):
    return {("--" if name["kind"] == "long" else "-") + name["name"]
            for argument in command.get("arguments", []) for name in argument.get("names", [])}


def calls(text, program):
    for line in code(text):
        for words in CALL.findall(line):
            words, command, path = words.split(), program, "maildir-bounce"
            while words and command.get("subcommands"):
                found = next((c for c in command["subcommands"] if c["commandName"] == words[0]), None)
                if found is None:
                    break
                command, path = found, path + " " + words.pop(0)
            if words and command.get("subcommands") and re.fullmatch(r"[a-z][a-z-]*", words[0]):
                yield "%s %s is no command: %s" % (path, words[0], line)
            for word in words:
                name = word.split("=")[0].rstrip("`,;.")
                if re.fullmatch(r"--[a-z][a-z-]*", name) and name not in options(command) | {"--help", "--version"}:
                    yield "%s has no %s: %s" % (path, name, line)


def main():
    root = os.path.realpath(sys.argv[1])
    dump = subprocess.run([sys.argv[2], "--experimental-dump-help"], check=True, stdout=subprocess.PIPE)
    program = json.loads(dump.stdout)["command"]
    texts = {}
    for path in documents(root):
        with open(path, encoding="utf-8") as file:
            texts[path] = file.read()
    wrong = 0
    for path, text in texts.items():
        complaints = list(links(root, path, texts)) + list(calls(text, program))
        if path.endswith(".ja.md"):
            known = set(code(texts[path.replace(".ja.md", ".md")]))
            complaints += ["not in the English one: " + line for line in code(text)
                           if "maildir-bounce " in line and line not in known]
        for complaint in complaints:
            print("%s: %s" % (os.path.relpath(path, root), complaint))
        wrong += len(complaints)
    print("%d documents, %d wrong" % (len(texts), wrong))
    sys.exit(1 if wrong or not texts else 0)


main()
