"""How much memory a long stream takes. Run as a process of its own: `python -m benchmarks.memory MB`, which
`make soak` does with a gigabyte."""

from __future__ import annotations

import json
import logging
import re
import resource
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from consentgate import Policy
from consentgate.html import Rewriter
from consentgate.web.url import Url

from .contenders import CHUNK
from .growth import judge_of
from .pages import generated_pages
from .process import figures_of
from .timing import MEGA, seconds


@dataclass(frozen=True, slots=True)
class Peak:
    """The cost of a stream of `megabytes`: the growth of the process at its largest, in KiB."""

    megabytes: int
    grown: int
    speed: float


def peak(megabytes: int) -> Peak:
    """Measure in a new process, whose memory nobody else has grown."""
    return Peak(**figures_of("benchmarks.memory", megabytes))


def resident() -> int:
    """The memory this process has now, in KiB; the most that it has had where there is no /proc."""
    return _of_status("VmRSS") or largest()


def largest() -> int:
    """The most memory this process has had, in KiB. Where there is no /proc, the system's own figure, which
    may count the process that started this one."""
    found = _of_status("VmHWM")
    if found is not None:
        return found
    largest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return largest >> 10 if sys.platform == "darwin" else largest


def _of_status(key: str) -> int | None:
    status = Path("/proc/self/status")
    found = re.search(rf"{key}:\s*(\d+)", status.read_text()) if status.exists() else None
    return int(found[1]) if found else None


def _run(megabytes: int) -> Peak:
    page = generated_pages()[-1]
    chunks = [page.html[at : at + CHUNK] for at in range(0, len(page.html), CHUNK)]
    turns = int(megabytes * MEGA) // len(page.html)

    def stream(turns: int) -> None:
        # As in a response: no record is kept of what was blocked.
        rewriter = Rewriter(judge_of(Policy()), Url("https", "www.example.org", "/"))
        for _ in range(turns):
            for chunk in chunks:
                rewriter.feed(chunk)
        rewriter.finish()

    stream(1)
    before = largest()
    took = seconds(lambda: stream(turns))
    return Peak(megabytes, largest() - before, turns * len(page.html) / MEGA / took)


if __name__ == "__main__":
    logging.disable()
    print(json.dumps(asdict(_run(int(sys.argv[1])))))
