"""Looks the packages of this environment up in a database of known vulnerabilities, with pip-audit.

    python tools/audit_dependencies.py [--must-look]

It ends with 1 where one is known. Where the database does not answer, as on a machine without the network,
nothing was looked up: it says so, and ends with 1 only if it `--must-look`.
"""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from typing import Any

DATABASE = "https://api.osv.dev/"
PIP_AUDIT = (
    *(sys.executable, "-m", "pip_audit", "--vulnerability-service", "osv", "--format", "json"),
    *("--skip-editable", "--progress-spinner", "off"),
)
_PATIENCE = 10
_LONGEST = 600


def audit(
    *, must_look: bool = False, database: str = DATABASE, pip_audit: Sequence[str] = PIP_AUDIT
) -> tuple[int, str]:
    """Return the exit status, and what there is to say."""
    # Asked once first: pip-audit would ask about each package.
    if not answers(database):
        return int(must_look), f"no dependency was looked up: {database} does not answer here"
    try:
        done = subprocess.run(pip_audit, capture_output=True, text=True, timeout=_LONGEST)  # noqa: S603 - ours
        found = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError, TypeError):
        last = (done.stderr.strip().splitlines() or ["it says nothing"])[-1]
        return int(must_look), f"no dependency was looked up: pip-audit failed: {last}"
    except subprocess.TimeoutExpired:
        return int(must_look), "no dependency was looked up: pip-audit did not end"
    known = [*vulnerabilities(found)]
    skipped = [one["name"] for one in found if "skip_reason" in one]
    said = [*known, f"looked up: {len(found) - len(skipped)}; known vulnerabilities: {len(known)}"]
    if skipped:
        said.append(f"not looked up: {', '.join(skipped)}")
    return int(bool(known)), "\n".join(said)


def answers(database: str) -> bool:
    """Say whether there is any answer from the `database`."""
    try:
        urllib.request.urlopen(database, timeout=_PATIENCE).close()  # noqa: S310 - a constant, or a test's own
    except urllib.error.HTTPError as error:
        error.close()
    except OSError:
        return False
    return True


def vulnerabilities(found: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Yield a line for each known vulnerability."""
    for one in found:
        for known in one.get("vulns", ()):
            fixed = ", ".join(known.get("fix_versions", ())) or "nothing yet"
            yield f"{one['name']} {one['version']}: {known['id']}, mended in {fixed}"


if __name__ == "__main__":
    status, said = audit(must_look="--must-look" in sys.argv[1:])
    print(f"audit of dependencies: {said}")
    sys.exit(status)
