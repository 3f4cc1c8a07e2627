#!/usr/bin/env python3
"""A TCP proxy on loopback that is as slow as a long way, and that breaks connections when told to.

    proxy.py [--delay-ms 10] [--port N] HOST:PORT

Prints its port. What comes in goes out so many milliseconds later, each way, in any amount: a way has length, not width.
Obeys lines on standard input:

    cut      ends all connections, as a host that fell over would
    refuse   and takes no new ones
    swallow  takes connections and bytes, and gives nothing back: a black hole
    pass     does its work again
"""

import argparse
import collections
import pathlib
import signal
import socket
import struct
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from ports import listener  # noqa: E402

# Closing sends a reset, and nothing that was still to be sent.
RESET = struct.pack("ii", 1, 0)


class Way:
    """One direction of a connection: what was read waits in a queue until it is due."""

    def __init__(self, proxy, source, target, is_up):
        self.proxy, self.source, self.target, self.is_up, self.is_cut = proxy, source, target, is_up, False
        self.waiting, self.changed = collections.deque(), threading.Condition()
        self.threads = [threading.Thread(target=work, daemon=True) for work in (self.read, self.write)]

    def put(self, data):
        with self.changed:
            self.waiting.append((time.monotonic() + self.proxy.delay, data))
            self.changed.notify()

    def read(self):
        try:
            while data := self.source.recv(1 << 18):
                if not self.proxy.is_swallowing and self.proxy.lets_through(data, self.is_up):
                    self.put(data)
        except OSError:
            pass
        self.put(b"")

    def write(self):
        try:
            while True:
                with self.changed:
                    while not self.waiting:
                        self.changed.wait()
                    due, data = self.waiting.popleft()
                time.sleep(max(0, due - time.monotonic()))
                if self.is_cut:
                    return
                if not data:
                    self.target.shutdown(socket.SHUT_WR)
                    return
                self.target.sendall(data)
        except OSError:
            # Whoever sends here learns that nobody reads.
            shut(self.source)


def shut(end):
    try:
        end.shutdown(socket.SHUT_RD)
    except OSError:
        pass


class Connection:
    def __init__(self, proxy, client):
        self.client, self.server, self.ways = client, None, []
        if not proxy.is_swallowing:
            try:
                self.server = socket.create_connection(proxy.target)
            except OSError:
                client.close()
                return
            self.ways = [Way(proxy, client, self.server, True), Way(proxy, self.server, client, False)]
        for end in self.ends():
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def start(self):
        for way in self.ways:
            for thread in way.threads:
                thread.start()
        if self.ways:
            threading.Thread(target=self.close_at_end, daemon=True).start()

    def ends(self):
        return [end for end in (self.client, self.server) if end]

    def close_at_end(self):
        for way in self.ways:
            for thread in way.threads:
                thread.join()
        for end in self.ends():
            end.close()

    def cut(self):
        for way in self.ways:
            way.is_cut = True
        for end in self.ends():
            try:
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            except OSError:
                pass
            shut(end)
        if not self.ways:
            self.client.close()


class Proxy:
    """Listens at once. `port` is where."""

    def __init__(self, host, port, delay=0.0, listen=None):
        self.target, self.delay, self.port = (host, port), delay, listen
        self.is_swallowing = False
        self.connections, self.lock = [], threading.Lock()
        self.trigger = self.answers = None
        # How often a client has sent something.
        self.sent = 0
        self.listener = None
        self.listen()

    def listen(self):
        self.listener = listener(self.port)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, args=[self.listener], daemon=True).start()

    def accept(self, listener):
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            if listener is not self.listener:
                client.close()
                return
            connection = Connection(self, client)
            with self.lock:
                self.connections = [one for one in self.connections if one.client.fileno() >= 0] + [connection]
            # Only now: its first bytes may be those at which it is to be cut.
            connection.start()

    # What it can be told to do

    def cut(self):
        with self.lock:
            connections, self.connections = self.connections, []
        for connection in connections:
            connection.cut()

    def refuse(self):
        listener, self.listener = self.listener, None
        if listener:
            # Wakes the thread that accepts.
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        self.cut()

    def swallow(self):
        self.is_swallowing = True

    def go_on(self):
        if self.is_swallowing:
            self.is_swallowing = False
            # What was swallowed is missing for good.
            self.cut()
        if not self.listener:
            self.listen()

    def when(self, matches, act, is_answered=False):
        """Calls `act` once, when a client sends bytes that `matches`: they do not reach the server any more. Or else they
        do, and its answer does not come back."""
        self.trigger, self.answers = (matches, act, is_answered), None
        self.sent = 0

    def lets_through(self, data, is_up):
        """Whether these bytes go on."""
        with self.lock:
            act = None
            if is_up:
                self.sent += 1
                if self.trigger and self.trigger[0](data):
                    _, act, is_answered = self.trigger
                    self.trigger = None
                    if is_answered:
                        self.answers, act = act, None
            elif self.answers:
                act, self.answers = self.answers, None
        if act:
            act()
        return act is None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--delay-ms", type=float, default=10, help="each way")
    parser.add_argument("--port", type=int, help="where to listen (default: any free one)")
    parser.add_argument("target", metavar="HOST:PORT")
    options = parser.parse_args()
    host, _, port = options.target.rpartition(":")
    proxy = Proxy(host, int(port), options.delay_ms / 1000, options.port)
    print(proxy.port, flush=True)
    for line in sys.stdin:
        commands = {"cut": proxy.cut, "refuse": proxy.refuse, "swallow": proxy.swallow, "pass": proxy.go_on}
        if line.strip() not in commands:
            sys.exit(f"proxy.py: {line.strip()}? It knows {', '.join(commands)}")
        commands[line.strip()]()
    # Without anybody to tell it something, until a signal ends it.
    signal.pause()


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        pass
