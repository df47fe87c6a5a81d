"""A TCP connection over which a guest sends back what it gets, watched from this host."""
import random
import select
import socket
import threading
import time

from cluster import PATIENCE, Failure


class Echoes:
    """Listens at `port`; from the first connection on random bytes go out, and all of them must come back in order."""

    PIECE, MOST_OUTSTANDING, EVERY = 1000, 16000, 0.002

    def __init__(self):
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        self.good, self.longest, self.wrong = 0, 0.0, None
        self.ending, self.changed = False, threading.Condition()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self):
        try:
            connection, _ = self.server.accept()
            with connection:
                self._exchange(connection)
        except OSError as error:
            self._fail(f"the connection ended: {error}")

    def _exchange(self, connection):
        outstanding, last = bytearray(), time.monotonic()
        numbers = random.Random(1)
        while not (self.ending and not outstanding):
            if not self.ending and len(outstanding) < self.MOST_OUTSTANDING:
                piece = numbers.randbytes(self.PIECE)
                outstanding += piece
                connection.sendall(piece)
            if not select.select([connection], [], [], self.EVERY)[0]:
                continue
            data, now = connection.recv(65536), time.monotonic()
            if not data:
                return self._fail("the guest closed the connection")
            if data != outstanding[:len(data)]:
                return self._fail(f"what came back behind {self.good} bytes is not what was sent")
            del outstanding[:len(data)]
            with self.changed:
                self.good += len(data)
                self.longest, last = max(self.longest, now - last), now
                self.changed.notify_all()

    def _fail(self, text):
        with self.changed:
            self.wrong = text
            self.changed.notify_all()

    def wait_for(self, count, seconds=60):
        """Until so many more bytes have come back."""
        with self.changed:
            until = self.good + count
            self.changed.wait_for(lambda: self.wrong or self.good >= until, seconds * PATIENCE)
            if self.wrong or self.good < until:
                raise Failure(f"the guest's TCP connection: {self.wrong or 'nothing comes any more'}")

    def take_longest_gap(self):
        """Seconds, since it was asked before."""
        with self.changed:
            longest, self.longest = self.longest, 0.0
            return longest

    def end(self):
        """Bytes that went there and back, when all have."""
        self.ending = True
        self.thread.join(60 * PATIENCE)
        if self.wrong or self.thread.is_alive():
            raise Failure(f"the guest's TCP connection: {self.wrong or 'what was sent did not all come back'}")
        return self.good
