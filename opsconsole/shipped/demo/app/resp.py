"""Just enough of the Redis protocol for the shop's programs: they must start in an instant and weigh little."""

import socket


class Redis:
    """One connection to 127.0.0.1:port, opened when first needed and again after a failure."""

    def __init__(self, port):
        self.port = port
        self.file = None

    def call(self, *words):
        """The reply to one command: a string, a number, a list or None. OSError when Redis is not there."""
        try:
            if self.file is None:
                self.file = socket.create_connection(("127.0.0.1", self.port), timeout=10).makefile("rwb")
            self.file.write(b"*%d\r\n" % len(words))
            for word in words:
                data = str(word).encode()
                self.file.write(b"$%d\r\n%s\r\n" % (len(data), data))
            self.file.flush()
            return self._reply()
        except OSError:
            self.file = None
            raise

    def _reply(self):
        line = self.file.readline()
        if not line:
            raise ConnectionResetError("Redis closed the connection")
        kind, rest = line[:1], line[1:].strip()
        if kind == b"-":
            raise OSError(rest.decode())
        if kind in (b"$", b"*") and int(rest) < 0:
            return None
        if kind == b"$":
            return self.file.read(int(rest) + 2)[:-2].decode()
        if kind == b"*":
            return [self._reply() for _ in range(int(rest))]
        return int(rest) if kind == b":" else rest.decode()
