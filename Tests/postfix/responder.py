"""A remote mail server that refuses, defers or accepts, by recipient."""

import socketserver
import threading

SIZE_LIMIT = 50_000


class Responder(socketserver.ThreadingTCPServer):
    """Answers SMTP on a free port of 127.0.0.1.

    rules: address -> (stage, reply), where stage is "rcpt" or "end" (after the final dot) and {rcpt} in the reply
    stands for the address. An address without a rule is accepted. What was accepted is kept in `accepted`.
    """

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, name, rules):
        super().__init__(("127.0.0.1", 0), Session)
        self.name = name
        self.rules = rules
        self.accepted = []
        self.port = self.server_address[1]

    def start(self):
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request, client_address):
        """A client that goes away in mid-dialogue is no news."""


class Session(socketserver.StreamRequestHandler):
    timeout = 30

    def reply(self, text):
        self.wfile.write(text.encode() + b"\r\n")

    def handle(self):
        recipients = []
        self.reply(f"220 {self.server.name} ESMTP")
        while line := self.rfile.readline(4096):
            command = line.decode("utf-8", "replace").strip()
            verb = command.upper()
            if verb.startswith("EHLO"):
                # No DSN here: Postfix then writes the success reports itself.
                self.reply(f"250-{self.server.name}\r\n250-SIZE {SIZE_LIMIT}\r\n250-8BITMIME\r\n"
                           "250-ENHANCEDSTATUSCODES\r\n250 SMTPUTF8")
            elif verb.startswith("MAIL FROM:"):
                recipients = []
                self.reply("250 2.1.0 Ok")
            elif verb.startswith("RCPT TO:"):
                address = command[len("RCPT TO:"):].strip().split(">")[0].lstrip("<")
                stage, text = self.server.rules.get(address.lower(), (None, None))
                if stage == "rcpt":
                    self.reply(text.format(rcpt=address))
                else:
                    recipients.append(address.lower())
                    self.reply("250 2.1.5 Ok")
            elif verb == "DATA":
                if not recipients:
                    self.reply("554 5.5.1 No valid recipients")
                    continue
                self.reply("354 End data with <CR><LF>.<CR><LF>")
                while (line := self.rfile.readline()) not in (b".\r\n", b""):
                    pass
                refusals = [(address, self.server.rules[address][1]) for address in recipients
                            if address in self.server.rules]
                if refusals:
                    address, text = refusals[0]
                    self.reply(text.format(rcpt=address))
                else:
                    self.server.accepted += recipients
                    self.reply("250 2.0.0 Ok: queued")
            elif verb == "QUIT":
                self.reply("221 2.0.0 Bye")
                return
            elif verb in ("RSET", "NOOP"):
                self.reply("250 2.0.0 Ok")
            else:
                self.reply("502 5.5.2 Command not recognized")
