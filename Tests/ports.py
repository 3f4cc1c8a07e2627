"""Ports of 127.0.0.1 for servers of the tests.

A port that was found free may be taken before a server has it: whoever uses free_port() takes another one then. In a network
namespace of its own (Tests/own-network.sh) nobody else is there to take it.
"""

import errno
import random
import socket

# Below those that Linux gives to outgoing connections: one that is let go for a moment stays free.
RANGE = (20_000, 32_000)


def free_port():
    """One that nobody has at this moment."""
    while True:
        port = random.randint(*RANGE)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def listener(port=None, backlog=64):
    """A socket that listens at a port, or at one of its own choice: nobody can take it in between."""
    while True:
        try:
            return socket.create_server(("127.0.0.1", port or random.randint(*RANGE)), backlog=backlog)
        except OSError as failure:
            if port or failure.errno != errno.EADDRINUSE:
                raise


def closed_port():
    """A socket with a port at which nobody listens, and nobody can while it is open: who connects is refused."""
    while True:
        holder = socket.socket()
        try:
            holder.bind(("127.0.0.1", random.randint(*RANGE)))
            return holder
        except OSError:
            holder.close()
