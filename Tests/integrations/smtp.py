"""An SMTP server that keeps what it gets."""

import socketserver
import threading


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Session)
        self.mails = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def port(self):
        return self.server_address[1]

    def taken(self):
        """What came since this was last asked, as (sender, recipients, content)."""
        taken, self.mails = self.mails, []
        return taken


class Session(socketserver.StreamRequestHandler):
    def say(self, text):
        self.wfile.write(text.encode() + b"\r\n")

    def handle(self):
        self.say("220 test")
        sender, recipients = None, []
        for line in self.rfile:
            line = line.decode().rstrip("\r\n")
            command, _, rest = line.partition(" ")
            command = command.upper()
            if command in ("EHLO", "HELO"):
                self.say("250 test")
            elif command == "MAIL":
                sender, recipients = address(rest), []
                self.say("250 ok")
            elif command == "RCPT":
                recipients.append(address(rest))
                self.say("250 ok")
            elif command == "DATA":
                self.say("354 go on")
                content = b""
                for part in self.rfile:
                    if part == b".\r\n":
                        break
                    content += part
                self.server.mails.append((sender, recipients, content))
                self.say("250 kept")
            elif command == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")


def address(text):
    """`bob@dest.example` of `FROM:<bob@dest.example> SIZE=100`."""
    return text[text.index("<") + 1:text.index(">")]
