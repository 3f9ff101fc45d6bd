"""Fetches the documentation of well-known projects into `.known`, for `make build-known`.

The registry has it in their source distributions: of two ready to read, of the third as Sphinx reads it.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

KNOWN = Path(__file__).resolve().parents[1] / ".known"
READY = {"lxml": "doc/html", "mako": "doc"}
WITH_SPHINX = {"sphinx": "doc"}


def main() -> None:
    """Fetch what is not there yet."""
    KNOWN.mkdir(exist_ok=True)
    for name, folder in {**READY, **WITH_SPHINX}.items():
        site = KNOWN / name
        if site.is_dir():
            continue
        print(f"fetching the documentation of {name}", file=sys.stderr)
        source = _unpacked(name) / folder
        if name in READY:
            shutil.copytree(source, site)
        else:
            command = [sys.executable, "-m", "sphinx", "-q", "-b", "dirhtml", str(source), str(site)]
            # Its own warnings are none of ours.
            subprocess.run(command, check=False, stderr=subprocess.DEVNULL)  # noqa: S603


def _unpacked(name: str) -> Path:
    """Return the folder of a source distribution."""
    sources = KNOWN / "sources"
    found = [*sources.glob(f"{name}-*.tar.gz")]
    if not found:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-binary", ":all:", "--no-deps"]
        subprocess.run([*command, "--dest", str(sources), name], check=True)  # noqa: S603
        found = [*sources.glob(f"{name}-*.tar.gz")]
    with tarfile.open(found[0]) as archive:
        archive.extractall(sources, filter="data")
    return sources / found[0].name.removesuffix(".tar.gz")


if __name__ == "__main__":
    main()
