"""nginx and Varnish as shared caches in front of a site, with the configuration that the docs give."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from .conftest import ROOT, free_port, serving
from .nginx import nginx_command

DOCS = ROOT / "docs" / "caches.md"

# A cache that looks at nothing but the URL, as some CDNs do, and at what must not be stored.
NGINX_WITHOUT_VARY = """
    proxy_cache_path /var/cache/nginx/pages keys_zone=pages:10m;
    server {
        listen 80;
        location / {
            proxy_pass http://app;
            proxy_set_header Host $http_host;
            proxy_cache pages;
            proxy_cache_key $http_host$request_uri;
            proxy_cache_revalidate on;
            proxy_ignore_headers Vary;
        }
    }
"""
VARNISH = """
vcl 4.1;
backend default {{ .host = "127.0.0.1"; .port = "{origin}"; }}
{snippet}
"""
VARNISH_WITHOUT_VARY = """
sub vcl_recv {
    if (req.method == "GET" || req.method == "HEAD") { return (hash); }
}
sub vcl_backend_response {
    unset beresp.http.Vary;
    # Asked about by whoever comes next.
    if (bereq.url ~ "^/stale") { set beresp.ttl = 1ms; set beresp.grace = 0s; set beresp.keep = 1h; }
}
"""


def snippet_for(language: str) -> str:
    """The one snippet in `language` that the docs have."""
    [snippet] = re.findall(rf"^```{language}\n(.*?)^```", DOCS.read_text(), re.DOTALL | re.MULTILINE)
    return str(snippet)


@contextmanager
def running(name: str, folder: Path, origin: int) -> Iterator[int]:
    """The port of the cache `name` in front of the port `origin`."""
    port = free_port()
    start = _nginx if name.startswith("nginx") else _varnish
    command = start(folder, origin, port, plain=name.endswith("without Vary"))
    with serving(command, port, folder / "log"):
        yield port


def _nginx(folder: Path, origin: int, port: int, *, plain: bool) -> list[str]:
    program = _program("nginx")
    snippet = NGINX_WITHOUT_VARY if plain else snippet_for("nginx")
    for given, here in (
        ("listen 80;", f"listen 127.0.0.1:{port};"),
        ("/run/nginx/", f"{folder}/"),
        ("/var/cache/nginx/", f"{folder}/"),
    ):
        snippet = snippet.replace(given, here)
    return nginx_command(program, folder, f"upstream app {{ server 127.0.0.1:{origin}; }}\n{snippet}")


def _varnish(folder: Path, origin: int, port: int, *, plain: bool) -> list[str]:
    program = _program("varnishd")
    snippet = VARNISH_WITHOUT_VARY if plain else snippet_for("vcl")
    (folder / "site.vcl").write_text(VARNISH.format(origin=origin, snippet=snippet))
    # Nothing to be protected from: no jail, so that it runs as whoever runs the tests.
    sandbox = ["-F", "-j", "none", "-n", f"{folder}/varnish"]
    patient = [f"-p{what}=600" for what in ("timeout_idle", "first_byte_timeout", "between_bytes_timeout")]
    return [
        program,
        *sandbox,
        *patient,
        "-a",
        f"127.0.0.1:{port}",
        "-f",
        f"{folder}/site.vcl",
        "-s",
        "malloc,32m",
    ]


def _program(name: str) -> str:
    program = shutil.which(name) or shutil.which(name, path="/usr/sbin")
    if program is None:
        say = pytest.fail if os.environ.get("CI") else pytest.skip
        say(f"no {name} here: `make servers` installs it")
    return program
