"""`make demo`: what it says where it cannot serve."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

APP = Path(__file__).resolve().parents[1] / "examples" / "flask_app" / "app.py"


def test_a_port_that_is_taken_is_said_in_one_line_with_another_to_choose() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = subprocess.run(
            [sys.executable, str(APP)],
            env={**os.environ, "PORT": str(port)},
            capture_output=True,
            text=True,
            check=False,
        )

    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith(f"Port {port}: ")
    assert done.stderr.endswith(f"PORT={port + 1} make demo\n")
    assert done.stderr.count("\n") == 1
