"""A TCP proxy in front of a database, which can be slow, stall, or cut what goes through it."""

from __future__ import annotations

import contextlib
import selectors
import socket
import struct
import threading
import time
from pathlib import Path

_PIECE = 64
"""The bytes that go through at once while the proxy is slow."""
_PAUSE = 0.001


class Proxy:
    """Listens on a port of 127.0.0.1, and hands what comes on to the socket at `path`.

    It hands on at once, in small pieces while `is_slow`, and nothing while `is_stalled`. After `cut_after`
    pieces, in whichever direction, all connections are reset; None stands for never.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.is_slow = False
        self.is_stalled = False
        self.cut_after: int | None = None
        self.cuts = 0
        self._others: dict[socket.socket, socket.socket] = {}
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._is_open = True
        self._thread = threading.Thread(target=self._run, name="proxy", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Reset all connections, and listen no more."""
        self._is_open = False
        self._thread.join()
        self._reset_all()
        self._selector.close()
        self._listener.close()

    def _run(self) -> None:
        while self._is_open:
            if self.is_stalled:
                time.sleep(_PAUSE)
                continue
            for key, _ in self._selector.select(0.05):
                if key.fileobj is self._listener:
                    self._accept()
                elif isinstance(key.fileobj, socket.socket) and key.fileobj in self._others:
                    self._hand_on(key.fileobj)

    def _accept(self) -> None:
        client, _ = self._listener.accept()
        server = socket.socket(socket.AF_UNIX)
        server.connect(str(self._path))
        for one, other in ((client, server), (server, client)):
            self._others[one] = other
            self._selector.register(one, selectors.EVENT_READ)

    def _hand_on(self, source: socket.socket) -> None:
        target = self._others[source]
        try:
            data = source.recv(_PIECE if self.is_slow else 1 << 16)
            if self.is_slow:
                time.sleep(_PAUSE)
            if data and self._is_due():
                self._reset_all()
            elif data:
                target.sendall(data)
            else:
                self._drop(source)
        except OSError:
            self._drop(source)

    def _is_due(self) -> bool:
        if self.cut_after is None:
            return False
        self.cut_after -= 1
        return self.cut_after < 0

    def _reset_all(self) -> None:
        self.cuts += 1
        self.cut_after = None
        for one in [*self._others]:
            # What closes with this set sends a reset, and not an end.
            with contextlib.suppress(OSError):
                one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self._drop(one)

    def _drop(self, one: socket.socket) -> None:
        for end in (one, self._others.pop(one, None)):
            if end is not None:
                self._others.pop(end, None)
                with contextlib.suppress(KeyError, ValueError):
                    self._selector.unregister(end)
                end.close()
