"""A process that does what it is asked in children of its own, so that valgrind counts the work of each.

Valgrind counts the blocks of machine code that a process executes, whatever language they were written in,
and says how many at its end. So each piece of work is done twice by a fork: in one child that does it and
in one that ends at once. What lies between their counts is the work, whatever else this process has done
before.

    python -m tests.limits.worker     asked by lines of JSON, answers by lines of JSON
"""

from __future__ import annotations

import contextlib
import gc
import json
import logging
import os
import resource
import sys
import tracemalloc
from collections.abc import Callable
from functools import partial

from consentgate import Gate, Policy
from consentgate.consent import decide
from consentgate.gate.message import Request

from .inputs import CODED, MESSAGES, PAGES, PLAIN, Message

HOST = "www.example.org"
PIECE = 200
"""The bytes of a page that come at once, where it comes in pieces."""
LARGEST = 2 << 30
"""What is beyond this, in bytes of address space, is not tried."""
POLICY = """
[site]
name = "Example"
controller = "Example Ltd"
contact = "privacy@example.org"

[[cookie]]
name = "sid"
category = "necessary"
reason = "authentication"
lifetime = "14 days"

[[service]]
id = "films"
name = "Films"
category = "third-party"
hosts = ["films.example", "*.films.example"]
cookies = [{ name = "_film*" }]
"""
TOLD_ONCE = {
    **dict.fromkeys(("fields", "services"), 8000),
    **dict.fromkeys(("links to others", "cookies that are set", "cookies that are deleted"), 40_000),
    **dict.fromkeys(("cookies of one who decided nothing", "cookies of one who refused"), 40_000),
}
"""What fills the memory of what was logged, by the size that takes."""
GATE = Gate(Policy.parse(POLICY), secret_key="a secret key of the tests", trusted_proxies=1)


def cookie_of(state: str) -> list[str]:
    """The header with the consent cookie of one who has decided so."""
    if state == "undecided":
        return []
    choice = decide(GATE.policy, "accept" if state == "accepted" else "refuse", (), frozenset())
    return [GATE.cookie.set_cookie(choice, HOST).partition(";")[0]]


STATES = {state: cookie_of(state) for state in ("undecided", "refused", "accepted")}


def exchanged(message: Message, size: int) -> None:
    """Bring a message through the gate, its body in pieces of `size` bytes."""
    headers = {"host": [HOST]} | message.sent
    headers["cookie"] = [*STATES[message.state], *message.sent.get("cookie", [])]
    exchange = GATE.exchange(Request(message.method, message.path, message.query, headers))
    if exchange.is_own:
        exchange.answer(message.form)
        return
    assert exchange.request_changes is not None
    exchange.hints([header for header in message.answered if header[0] == "Link"])
    exchange.start(200, [("Content-Type", "text/html; charset=utf-8"), *message.answered])
    for at in range(0, len(message.body), size):
        exchange.feed(message.body[at : at + size])
    exchange.finish()


def rewritten(html: bytes) -> None:
    GATE.rewrite(html, url=f"https://{HOST}/dir/page", charset="utf-8")


def work_of(table: str, name: str, way: str, size: int) -> Callable[[], None]:
    """The work that the gate has with an input of that size, which is made already."""
    if table == "pages":
        html = PLAIN(size) if name == "plain" else PAGES[name](size)
        return partial(rewritten, html) if way == "whole" else partial(exchanged, Message(body=html), PIECE)
    message = (MESSAGES if table == "messages" else CODED)[name](size)
    return partial(exchanged, message, PIECE if way == "pieces" else 1 << 30)


def in_a_child(work: Callable[[], object]) -> tuple[int, str]:
    """Do it in a process of its own: the child's number, and what it has to say."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            said = str(work() or "")
        except BaseException as error:
            said = f"error: {error!r}"
        os.write(writing, said.encode()[:4000])
        os._exit(0)
    os.close(writing)
    with open(reading, encoding="utf-8") as pipe:
        said = pipe.read()
    os.waitpid(child, 0)
    return child, said


def peak_of(work: Callable[[], None]) -> int:
    """The most bytes that Python's objects take while the work is done, beyond what is there before."""
    tracemalloc.start()
    work()
    return tracemalloc.get_traced_memory()[1]


def main() -> None:
    """Answer what is asked: the two children of a piece of work, or the memory that it takes."""
    logging.getLogger("consentgate").addHandler(logging.NullHandler())
    logging.getLogger("consentgate").propagate = False
    with contextlib.suppress(ValueError):
        resource.setrlimit(resource.RLIMIT_AS, (LARGEST, LARGEST))
    # What is made or told once for a process is no part of the work.
    rewritten(PLAIN(2000))
    for name, size in TOLD_ONCE.items():
        exchanged(MESSAGES[name](size), PIECE)
    gc.collect()
    gc.freeze()
    gc.disable()
    for line in sys.stdin:
        asked = json.loads(line)
        work = work_of(asked["table"], asked["name"], asked["way"], asked["size"])
        if asked["what"] == "memory":
            _, said = in_a_child(partial(peak_of, work))
            answer = {"peak": said}
        else:
            before, _ = in_a_child(int)
            after, said = in_a_child(work)
            answer = {"before": before, "after": after, "error": said}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
