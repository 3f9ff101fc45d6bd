"""A name server that knows nobody, and keeps the names that it is asked for.

Chromium asks it over HTTPS (RFC 8484), by way of the recorder, which takes neither root nor another network.
The others ask at port 53 (RFC 1035), which only root can take, and lead them to.
"""

from __future__ import annotations

import base64
import contextlib
import shlex
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from socket import AF_INET, SOCK_DGRAM, socket
from typing import Any
from urllib.parse import parse_qs

ADDRESS = "127.0.0.153"
"""On loopback, where nothing else is likely to answer for names."""

UNSHARED = ("unshare", "--mount")
"""The command that runs another with a view of the file system of its own."""

_HEADER = 12
"""The bytes of a message before its question (RFC 1035, section 4.1.1)."""

_NO_SUCH_NAME = bytes([0x81, 0x83])
"""The flags of an answer with the code 3 (RFC 1035, section 4.1.1)."""


class CannotBeAsked(Exception):
    """No browser can be led to the name server here; the message says why."""


class NameServer:
    """Keeps the `names` that it is asked for, in lower case."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.changed = time.monotonic()

    def answer(self, query: bytes) -> bytes:
        """Note the name that a message asks for, and return one that says that there is none."""
        labels, at = [], _HEADER
        while length := query[at]:
            labels.append(query[at + 1 : at + 1 + length].decode("ascii").lower())
            at += 1 + length
        self.names.add(".".join(labels))
        self.changed = time.monotonic()
        question = query[_HEADER : at + 5]  # with the end of the name, type and class
        return query[:2] + _NO_SUCH_NAME + bytes([0, 1]) + bytes(6) + question

    def over_https(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        """Answer a message in a URL (RFC 8484, section 4.1.1), as a WSGI application."""
        query = parse_qs(environ["QUERY_STRING"])["dns"][0]
        start_response("200 OK", [("Content-Type", "application/dns-message"), ("Cache-Control", "no-store")])
        return [self.answer(base64.urlsafe_b64decode(query + "=" * (-len(query) % 4)))]


@contextlib.contextmanager
def at_port_53(server: NameServer) -> Iterator[None]:
    """Let `server` answer at `ADDRESS`. CannotBeAsked where the tests have no right to do that, or to lead a
    browser there."""
    if shutil.which("unshare") is None or subprocess.run([*UNSHARED, "true"], capture_output=True).returncode:
        raise CannotBeAsked("to lead a browser to a name server takes root and the command `unshare`")
    with socket(AF_INET, SOCK_DGRAM) as listening:
        try:
            listening.bind((ADDRESS, 53))
        except OSError as error:
            raise CannotBeAsked(f"there can be no name server at port 53: {error}") from None
        listening.settimeout(0.1)
        over = threading.Event()
        thread = threading.Thread(target=_listen, args=(server, listening, over), daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()


def _listen(server: NameServer, listening: socket, over: threading.Event) -> None:
    while not over.is_set():
        with contextlib.suppress(TimeoutError):
            query, sender = listening.recvfrom(4096)
            listening.sendto(server.answer(query), sender)


def asking_at_port_53(program: str, folder: Path) -> Path:
    """Return a program, written into `folder`, that starts `program` where names are looked up at `ADDRESS`
    only. It has a view of the file system of its own, which only root can give it."""
    resolver, script = folder / "resolv.conf", folder / "browser"
    resolver.write_text(f"nameserver {ADDRESS}\n")
    mount = f"mount --bind '{resolver}' /etc/resolv.conf"
    script.write_text(f"""#!/bin/sh
exec {shlex.join(UNSHARED)} sh -c "{mount} && exec '{program}' \\"\\$@\\"" -- "$@"
""")
    script.chmod(0o755)
    return script
