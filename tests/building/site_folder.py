"""A folder with a site in it, for the tests of what is built from one."""

from __future__ import annotations

from pathlib import Path

from consentgate.building import Report, build

FILM = '<iframe src="https://www.youtube.com/embed/x" title="A film"></iframe>'
TRACKER = '<script src="https://stats.evil.test/s.js"></script>'
PAGE = (
    f"<!doctype html><html lang=en><head><title>T</title>{TRACKER}</head><body><p>a{FILM}b</p></body></html>"
)
PLAIN = "<!doctype html><html lang=en><head><title>T</title></head><body><p>words</p></body></html>"


def written(folder: Path, files: dict[str, str | bytes]) -> Path:
    """Write `files` into `folder`, and return that."""
    for path, content in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    """The files in `folder` that are published, by their path."""
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and file.name != ".consentgate-build.json"
    }


def built(
    tmp_path: Path, files: dict[str, str | bytes], **options: object
) -> tuple[dict[str, bytes], Report]:
    """What is built from `files`, and the report on it."""
    src = written(tmp_path / "src", files)
    report = build(src, tmp_path / "out", **options)
    return contents(tmp_path / "out"), report


def closed(tmp_path: Path, page: str | bytes, path: str = "page.html", **options: object) -> bytes:
    """The closed form of one page."""
    return built(tmp_path, {path: page}, **options)[0][path]
