#!/usr/bin/env python3
"""Holds the numbers in the documents against the code; prints what differs, and ends with 1 where something does.

    numbers.py ROOT PROGRAM

A row of a table that names a constant (`Limits.recipients`) must have its value in the cell before. What else the documents
state of limits, defaults, exit statuses and versions is listed below, sentence by sentence: a sentence that is reworded has to
be found again.
"""

import ast
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

TYPE = re.compile(r"^( *)(?:(?:package|public|private|fileprivate|final|indirect) )*(?:struct|enum|class|actor|extension) ([\w.]+)")
CONSTANT = re.compile(r"^ *(?:(?:package|public|private|fileprivate|nonisolated\(unsafe\)) )*(?:static )?(?:let|var) (\w+)(?:: \w+)? = ([-\w<+* ().]+?)(?: *//.*)?$")
# A generic type has no stored constants.
COMPUTED = re.compile(r"^ *(?:(?:package|public|private|fileprivate) )*static var (\w+): \w+ \{ ([-\w<+* ().]+?) \}$")
NAME = re.compile(r"^`([A-Za-z]\w*(?:\.[a-z]\w*)?)`$")
NUMBER = re.compile(r"(\d[\d,]*(?:\.\d+)?)(?: (KiB|MiB|GiB))?")
UNITS = {"": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}


def constants(sources):
    """Type.name and name -> the values that are written down for it, numbers only."""
    texts = {}
    for path in sorted(sources.rglob("*.swift")):
        types = []
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.strip() and not line.lstrip().startswith("//"):
                indent = len(line) - len(line.lstrip())
                types = [(depth, name) for depth, name in types if depth < indent]
            if found := TYPE.match(line):
                types.append((len(found[1]), found[2].split(".")[-1]))
            elif found := CONSTANT.match(line) or COMPUTED.match(line):
                owner = types[-1][1] if types else None
                texts.setdefault((owner, found[1]), []).append(found[2])
    values = {}
    for (owner, name), written in texts.items():
        for text in written:
            value = number(text, owner, texts)
            if value is not None:
                for key in {f"{owner}.{name}", name}:
                    values.setdefault(key, set()).add(value)
    return values


def number(text, owner, texts, depth=0):
    """The value of what Swift writes as a number, a sum, a product, a shift or a constant of the same type; None for all else."""
    def of(node):
        if isinstance(node, ast.Constant) and isinstance(node.value, int):
            return node.value
        if isinstance(node, ast.Name) and depth < 4 and (owner, node.id) in texts:
            return number(texts[(owner, node.id)][0], owner, texts, depth + 1)
        if isinstance(node, ast.BinOp):
            left, right = of(node.left), of(node.right)
            if left is None or right is None:
                return None
            operations = {ast.Add: lambda: left + right, ast.Mult: lambda: left * right, ast.LShift: lambda: left << right,
                          ast.Sub: lambda: left - right}
            return operations.get(type(node.op), lambda: None)()
        return None
    try:
        return of(ast.parse(text.strip(), mode="eval").body)
    except SyntaxError:
        return None


def numbers(text):
    return {int(float(digits.replace(",", "")) * UNITS[unit]) for digits, unit in NUMBER.findall(text)}


def tables(text, known):
    """Of each table that has a column `name`: whether the column before it has the values of the constants in it."""
    place = None
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")] if line.startswith("|") else None
        if not cells:
            place = None
        elif place is None:
            place = cells.index("name") if "name" in cells[1:] else 0
        elif place and not line.startswith("| ---"):
            for word in re.split(r",| and ", cells[place]):
                found = NAME.match(word.strip())
                if not found or found[1] not in known:
                    yield f"{word.strip()} is no constant of the code with a number: {line}"
                    continue
                for value in known[found[1]] - numbers(cells[place - 1]):
                    yield f"{found[1]} is {value:,}, which is not in: {line}"


def sentences(known):
    """Document, what stands there with its numbers as groups, and what the numbers are."""
    def one(name):
        values = known.get(name, set())
        return next(iter(values)) if len(values) == 1 else f"{name}: {sorted(values)}"

    wait = one("LedgerStore.defaultBusySeconds")
    yield "docs/operations.md", r"ledger locked for (\d+) s", [wait]
    yield "docs/operations.md", r"a commit waits up to (\d+) s", [wait]
    yield "docs/architecture.md", r"scan waits (\d+) s for it", [wait]
    yield "docs/reliability.md", r"each 75 after (\d+) s", [wait]
    yield "docs/reliability.md", r"it had been locked for (\d+) s", [wait]
    yield "docs/operations.md", r"For each batch of at most ([\d,]+) messages", [one("Scan.batchCount")]
    # Pages of 4 KiB, SQLite's default.
    yield "docs/operations.md", r"at (\d+) MiB of WAL", [one("SQLiteFile.checkpointPages") * 4_096 >> 20]
    yield "docs/interface.md", r"at most (\d+) bytes before the `@` and (\d+) in all, a domain of at most (\d+) with labels of at most (\d+)", \
        [one("CanonicalAddress.localBytes"), one("CanonicalAddress.addressBytes"), one("CanonicalDomain.domainBytes"), one("CanonicalDomain.labelBytes")]
    yield "docs/interface.md", r"\| `rows` \| ([\d,]+) \|", [one("HookTable.rows")]
    yield "docs/interface.md", r"\| `timeout_seconds` \| ([\d,]+) \|", [one("HookTable.timeoutSeconds")]
    yield "docs/policy.md", r"more than (\d+) bytes before the at sign, or a label of more than (\d+)", \
        [one("CanonicalAddress.localBytes"), one("CanonicalDomain.labelBytes")]
    yield "docs/interface.md", r"At most (\d+) names, compared without case", [one("Limits.capturedHeaders")]
    yield "docs/interface.md", r"one line, and at most (\d+) bytes", [one("Limits.capturedBytes")]
    yield "docs/policy.md", r"Each is one line of at most (\d+) bytes", [one("LedgerLimits.capturedBytes")]
    yield "docs/policy.md", r"in addition; at most (\d+)", [one("Limits.capturedHeaders")]
    yield "docs/policy.md", r"days = (\d+) +# for how many days they are kept", [one("CaptureTable.defaultDays")]
    yield "docs/policy.md", r"as it may have added, and at least ([\d,]+)", [one("LedgerLimits.capturedDropped")]
    yield "docs/operations.md", r"such as subjects, it drops after (\d+) days", [one("CaptureTable.defaultDays")]
    yield "docs/faq.md", r"goes after (\d+) days", [one("CaptureTable.defaultDays")]


def policy(text, program):
    """The defaults in docs/policy.md, against what `policy show` says of a ledger without a configuration."""
    # Not the machine's own configuration.
    with tempfile.NamedTemporaryFile(suffix=".toml") as nothing:
        done = subprocess.run([program, "policy", "show", "--config", nothing.name], check=True, text=True, stdout=subprocess.PIPE)
    lines = done.stdout.splitlines()
    shown = {words[0]: words[1] for words in map(str.split, lines) if len(words) > 1 and words[0].startswith("policy.")}
    stated = {}
    header = []
    for line in text.splitlines():
        cells = [cell.strip().strip("`") for cell in line.strip("|").split("|")]
        if line.startswith("| |"):
            header = cells
        elif line.startswith("| `[policy."):
            stated |= {f"{cells[0].strip('[]')}.{name}": value for name, value in zip(header[1:], cells[1:])}
    for block in re.findall(r"^```toml\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        section = None
        for line in block.splitlines():
            if found := re.match(r"\[([\w.]+)\]", line):
                section = found[1]
            elif (found := re.match(r"(\w+) = (\S+) +#", line)) and section and section.startswith("policy"):
                # Of the sections that are likewise the table says the rest.
                stated.setdefault(f"{section}.{found[1]}", found[2])
    for name, value in stated.items():
        if name in shown and shown[name] != value:
            yield f"{name} is {shown[name]}, not {value}"
    for name in shown.keys() - stated.keys() - {"policy.brake.enabled"}:
        yield f"{name} is not there"
    if not shown:
        yield "policy show says nothing"


def main():
    root, program = pathlib.Path(sys.argv[1]), sys.argv[2]
    known = constants(root / "Sources")
    wrong, count = [], 0
    documents = [path for path in sorted(root.rglob("*.md")) if not any(part.startswith(".") or part == "dist" for part in path.relative_to(root).parts)]
    texts = {str(path.relative_to(root)): path.read_text(encoding="utf-8") for path in documents}
    for path, text in texts.items():
        wrong += [f"{path}: {complaint}" for complaint in tables(text, known)]
    for path, pattern, expected in sentences(known):
        found = re.search(pattern.replace(" ", r"\s+"), texts[path])
        stated = [int(digits.replace(",", "")) for digits in found.groups()] if found else None
        count += 1
        if stated != expected:
            wrong.append(f"{path}: {pattern}: {stated}, and in the code {expected}")
    wrong += [f"docs/policy.md: {complaint}" for complaint in policy(texts["docs/policy.md"], program)]
    # Exit statuses: the first table of docs/operations.md, and every command's own help.
    code = {value for name, values in known.items() if name.startswith("ExitStatus.") for value in values}
    table = texts["docs/operations.md"].split("\n## Exit statuses", 1)[1].split("\n#", 1)[0]
    stated = {int(status) for status in re.findall(r"^\| (\d+) \|", table, re.MULTILINE)}
    if stated != code:
        wrong.append(f"docs/operations.md: the exit statuses are {sorted(code)}, not {sorted(stated)}")
    dump = json.loads(subprocess.run([program, "--experimental-dump-help"], check=True, stdout=subprocess.PIPE).stdout)["command"]
    wrong += list(helps(dump, code))
    # Versions.
    said = subprocess.run([program, "--version"], check=True, text=True, stdout=subprocess.PIPE).stdout.strip()
    version = re.search(r'programVersion = "([^"]+)"', (root / "Sources/MaildirBounce/Version.swift").read_text())[1]
    if said.split()[-1] != version:
        wrong.append(f"--version says {said}, and the code {version}")
    swift = re.search(r"swift-tools-version: *([\d.]+)", (root / "Package.swift").read_text())[1]
    for path in ("README.md", "README.ja.md", "CONTRIBUTING.md", "scripts/install-deps.sh"):
        for stated in re.findall(r"Swift (\d+\.\d+)", (root / path).read_text(encoding="utf-8")):
            count += 1
            if stated != swift:
                wrong.append(f"{path}: Swift {stated}, and Package.swift {swift}")
    for line in wrong:
        print(line)
    print(f"{len(known)} constants, {count} sentences, {len(wrong)} wrong")
    sys.exit(1 if wrong or not known else 0)


def helps(command, code, path=""):
    """The numbers in the list of exit statuses of each command's help."""
    name = f"{path} {command['commandName']}".strip()
    text = " ".join((command.get("discussion") or "").split())
    if found := re.search(r"Exit status: (.*)", text):
        # A number before a word, at the start or after a comma.
        stated = {int(status) for status in re.findall(r"(?:^|[,;.] |and )(\d{1,2})(?= [a-z(])", found[1])}
        for status in stated - code - {1, 2, 3}:
            yield f"{name} --help: {status} is no exit status"
    for sub in command.get("subcommands", []):
        yield from helps(sub, code, name)


main()
