"""The hooks that speak HTTP, against a server that answers, fails, hangs and hangs up."""

import base64
import http.server
import json
import pathlib
import subprocess
import threading

from lab import ADDRESSES, HOOKS, Place, check, has

TOKEN = "a-secret-that-no-command-line-has"


class Server(http.server.ThreadingHTTPServer):
    """Keeps what it gets; `mode` says how it answers."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.mode, self.requests, self.shown, self.refused = "ok", [], [], None
        self.let_go = threading.Event()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/hook"

    def taken(self):
        """What came since this was last asked."""
        taken, self.requests = self.requests, []
        return taken

    def handle_error(self, request, client_address):
        """A client that went away is no error of the server's."""


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.requests.append((self.path, dict(self.headers), body))
        for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
            try:
                if TOKEN.encode() in path.read_bytes():
                    self.server.shown.append(path)
            except OSError:
                pass  # It has ended.
        mode = self.server.mode
        if mode == "hang":
            self.server.let_go.wait()
        if mode in ("hang", "close"):
            self.close_connection = True
            return
        status = 500 if mode == "fail" else 301 if mode == "redirect" else 400 if self.server.refused and self.server.refused in body else 200
        answer = b"\x1b]0;title\x07what the server says\n"
        self.send_response(status)
        if mode == "redirect":
            self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


def sh(name, *arguments):
    return [str(HOOKS / name), *map(str, arguments)]


class Recipe:
    """One of the hooks. `posted` says what must be posted for some lines, as texts that a request's body holds."""

    def __init__(self, folder, program, server, name, command, settings, posted, **hook):
        self.name, self.server, self.posted = name, server, posted
        self.place = Place(folder, program)
        self.secrets = folder / "hook.curl"
        self.secrets.write_text(f'url = "{server.url}"\n{settings}')
        self.secrets.chmod(0o600)
        self.hook = {"name": "shop", "command": sh(*command, self.secrets), "timeout_seconds": 60} | hook
        if "array" in self.hook["command"]:
            self.hook["command"] = sh(command[0], self.secrets, "array")
        self.place.configure(self.hook)

    def run(self):
        return self.place.cli("hook", "run")

    def bodies(self):
        return [body for _, _, body in self.server.taken()]

    def expect(self, title, lines, done):
        """What has arrived is what had to, and the run was silent."""
        expected, found = self.posted(lines), [json_of(body) for body in self.bodies()]
        check(f"{self.name}: {title}", (done.returncode, done.stderr, found) == (0, b"", expected),
              f"status {done.returncode}, {done.stderr}\nexpected {expected}\nfound {found}")

    def check_all(self):
        self.place.suppress_hostile()
        lines = self.place.changes()
        done = self.run()
        if not self.hook.get("snapshot", True):
            lines = []
        requests = self.server.requests
        names = {name for _, headers, _ in requests for name in headers}
        self.expect("what arrives first", lines, done)
        check(f"{self.name}: headers are its own", names <= {"Host", "Authorization", "User-Agent", "Accept", "Content-Type",
                                                            "Content-Length", "Expect"}, names)
        check(f"{self.name}: it is sent with the secret, which no command line has",
              not self.server.shown and all("slack" in self.name or TOKEN in authorization(headers) for _, headers, _ in requests),
              self.server.shown or names)
        check(f"{self.name}: nothing of a mail is run", not list(pathlib.Path.cwd().rglob("canary")))

        before = self.place.progress("shop")["number"]
        self.place.deliver("01-*", "bob@dest", "new@dest")
        self.place.deliver("09-*", "ivan@provider", "new@provider")
        self.place.do("scan")
        self.place.do("release", ADDRESSES[1])
        self.place.do("suppress", "--domain", "other.example")
        lines = self.place.changes(before)
        tried = []
        for mode, words in [("fail", "500"), ("hang", "1 s"), ("close", "Empty reply"), ("redirect", "301")]:
            self.server.mode = mode
            if mode == "hang":
                self.place.configure(self.hook | {"timeout_seconds": 1})
            done = self.run()
            self.server.let_go.set()
            self.place.configure(self.hook)
            tried.append(self.bodies())
            now = self.place.progress("shop")
            said = done.stderr.decode()
            check(f"{self.name}: after a server that does not take it ({mode}), the cursor stands still, and it says so",
                  done.returncode == 75 and now["number"] == before and now["failures"] == len(tried) and words in said
                  and "\x1b" not in said and "gives it the same changes again" in said,
                  f"status {done.returncode}, {said}, {now}")
            self.server.let_go.clear()
        self.server.mode = "ok"
        self.expect("the same lines again, in order", lines, self.run())
        if "post.sh" in self.hook["command"][0]:
            cut = b'{"epoch":"5a3c9e10","change":"begin"}\n{"epoch":"5a3c9e10","change":"suppressed","address":"a@b.example"}\n'
            done = subprocess.run(self.hook["command"], input=cut, capture_output=True)
            check(f"{self.name}: a snapshot that was cut is not posted",
                  done.returncode == 1 and b"not complete" in done.stderr and not self.bodies(), done)
        # On a machine that is busy, the time of the one that hangs may be over before it has sent anything.
        first = [json_of(bodies[0]) if bodies else None for bodies in tried]
        expected = self.posted(lines)[0]
        check(f"{self.name}: each of the tries began with these lines",
              first[0] == first[2] == expected and first[1] in (expected, None), first)
        done = self.run()
        check(f"{self.name}: and not once more", (done.returncode, self.bodies()) == (0, []), done)

        self.place.do("suppress", "late@dest.example", "--reason", "x")
        self.secrets.chmod(0o604)
        done = self.run()
        check(f"{self.name}: a file with its secrets that others may read is refused",
              done.returncode == 75 and b"chmod o=" in done.stderr and not self.bodies(), done.stderr)
        self.secrets.chmod(0o600)


def authorization(headers):
    value = headers.get("Authorization", "")
    return base64.b64decode(value[6:]).decode() if value.startswith("Basic ") else value


def json_of(body):
    """One text of JSON, or the lines of it."""
    lines = [json.loads(line) for line in body.decode().splitlines()]
    return lines[0] if len(lines) == 1 else lines


def listmonk_bodies(lines):
    kinds = {"complaint": "complaint", "soft": "soft"}
    return [{"email": row["address"], "source": "maildir-bounce", "type": kinds.get(row["cause"], "hard"),
             "meta": json.dumps({key: row[key] for key in ("cause", "reason", "at")}, ensure_ascii=False, separators=(",", ":"))}
            for row in lines if row["change"] == "suppressed" and "address" in row and "stream" not in row]


def summary(lines):
    def count(rows, key):
        values = [row[key] for row in rows]
        return ", ".join(f"{values.count(value)} {value}" for value in sorted(set(values)))

    if not lines:
        return []
    suppressed = [row for row in lines if row["change"] == "suppressed"]
    return [{"text": f"Bounces: {count(lines, 'change')}"
             + (f"; suppressed for: {count(suppressed, 'cause')}" if suppressed else "")}]


def refused(folder, program, server):
    """An address that listmonk would never take does not hold up the others."""
    recipe = Recipe(folder, program, server, "listmonk.sh", ["listmonk.sh"], f'user = "api:{TOKEN}"\n', listmonk_bodies)
    recipe.place.suppress_hostile()
    server.refused = b"\\u00f6rg"
    done = recipe.run()
    server.refused = None
    found = [json_of(body)["email"] for body in recipe.bodies()]
    said = done.stderr.decode()
    check("listmonk.sh: an address that listmonk refuses is named and left out, and the others are taken",
          done.returncode == 0 and found == [row["email"] for row in listmonk_bodies(recipe.place.changes())]
          and len(said.splitlines()) == 1 and "j\\u00f6rg" in said, f"{done}\n{found}")


def run(program, folder, _):
    if not has("curl", "jq"):
        return
    server = Server()
    bearer, basic = f'header = "Authorization: Bearer {TOKEN}"\n', f'user = "api:{TOKEN}"\n'
    for number, recipe in enumerate([
        ("listmonk.sh", ["listmonk.sh"], basic, listmonk_bodies, {"on": ["suppressed"]}),
        ("slack.sh", ["slack.sh"], "", summary, {"snapshot": False}),
        ("post.sh", ["post.sh"], bearer, lambda lines: [lines], {}),
        ("post.sh with an array", ["post.sh", "array"], bearer, lambda lines: [lines], {}),
    ]):
        *positional, hook = recipe
        Recipe(folder / f"recipe{number}", program, server, *positional, **hook).check_all()
    refused(folder / "refused", program, server)
    server.shutdown()
