"""Measuring in a process that holds nothing else: what was measured before leaves memory behind, which counts
as ours or has to be collected in our time."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any


def figures_of(module: str, argument: int) -> dict[str, Any]:
    """What `python -m module argument` prints, an object in JSON."""
    command = [sys.executable, "-m", module, str(argument)]
    done = subprocess.run(command, check=True, capture_output=True, cwd=Path(__file__).parents[1])
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures
