"""A headless Chromium, driven over a pipe by its DevTools protocol. Needs nothing but Python."""

import json
import os
import select
import shutil
import subprocess
import tempfile
import time


class Browser:
    NAMES = ("chromium", "chromium-browser", "google-chrome")

    @staticmethod
    def program():
        return next((path for path in map(shutil.which, Browser.NAMES) if path), None)

    def __init__(self):
        self.profile = tempfile.mkdtemp(prefix="maildir-bounce-chromium.")
        commands, self.send_fd = os.pipe()
        self.receive_fd, answers = os.pipe()

        def pipes():
            # The protocol's pipes are the descriptors 3 and 4; moved up first, so that neither lies on the other.
            first, second = os.dup(commands), os.dup(answers)
            high = [os.dup2(first, 103), os.dup2(second, 104)]
            os.dup2(high[0], 3)
            os.dup2(high[1], 4)

        arguments = [
            Browser.program(), "--headless=new", "--remote-debugging-pipe", "--disable-gpu", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions",
            "--disable-dev-shm-usage", "--host-resolver-rules=MAP * ~NOTFOUND", "--user-data-dir=" + self.profile,
            "about:blank",
        ]
        if os.geteuid() == 0:
            # As root Chromium has no sandbox of its own; what it opens here we have made ourselves.
            arguments.insert(1, "--no-sandbox")
        self.process = subprocess.Popen(
            arguments, preexec_fn=pipes, close_fds=False, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        os.close(commands)
        os.close(answers)
        self.buffer = b""
        self.events = []
        self.number = 0
        self.session = None
        target = next(t for t in self.call("Target.getTargets")["targetInfos"] if t["type"] == "page")
        self.session = self.call("Target.attachToTarget", targetId=target["targetId"], flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Log", "Runtime", "Accessibility"):
            self.call(domain + ".enable")

    def call(self, method, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self.send_fd, data):]
        while True:
            answer = self.receive()
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise RuntimeError("%s: %s" % (method, answer["error"]))
                return answer["result"]
            self.events.append(answer)

    def receive(self, seconds=120):
        while b"\0" not in self.buffer:
            if not select.select([self.receive_fd], [], [], seconds)[0]:
                raise RuntimeError("Chromium does not answer")
            data = os.read(self.receive_fd, 1 << 20)
            if not data:
                raise RuntimeError("Chromium has ended")
            self.buffer += data
        message, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(message)

    def open(self, url):
        """Opens a page and waits until it has loaded."""
        self.events.clear()
        self.call("Page.navigate", url=url)
        while not any(e.get("method") == "Page.loadEventFired" for e in self.events):
            self.events.append(self.receive())
        # What a page would still ask for after it has loaded.
        time.sleep(0.5)
        self.evaluate("0")

    def evaluate(self, expression):
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in result:
            raise RuntimeError(result["exceptionDetails"])
        return result["result"].get("value")

    def methods(self, *names):
        return [e for e in self.events if e.get("method") in names]

    def close(self):
        try:
            self.session = None
            self.call("Browser.close")
        except (RuntimeError, OSError):
            pass
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        os.close(self.send_fd)
        os.close(self.receive_fd)
        shutil.rmtree(self.profile, ignore_errors=True)
