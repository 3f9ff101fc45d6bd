"""Behind nginx with TLS, as a site really runs."""

from __future__ import annotations

import os
import shutil
import ssl
import subprocess
import sys
from collections.abc import Iterator

import pytest

from .client import PATIENCE, Browser
from .conftest import ROOT, free_port, wait_for
from .nginx import nginx_command

SITE = """
server {{
    listen 127.0.0.1:{port} ssl;
    ssl_certificate {folder}/cert.pem;
    ssl_certificate_key {folder}/key.pem;
    location / {{
        proxy_pass http://127.0.0.1:{backend};
        proxy_set_header Host backend.internal;
        proxy_set_header X-Forwarded-Host $http_host;
    }}
}}
"""


@pytest.fixture(scope="module")
def nginx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of an nginx with its default buffers in front of gunicorn."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if program is None:
        say = pytest.fail if os.environ.get("CI") else pytest.skip
        say("no nginx here: `make servers` installs it")
    folder = tmp_path_factory.mktemp("nginx")
    openssl = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
    ]
    subject = [
        "-days",
        "2",
        "-subj",
        "/CN=shop.example",
        "-keyout",
        f"{folder}/key.pem",
        "-out",
        f"{folder}/cert.pem",
    ]
    subprocess.run([*openssl, *subject], check=True, capture_output=True)
    backend, port = free_port(), free_port()
    gunicorn = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{backend}"]
    site = "tests.frameworks.sites.secure_site:app"
    with (folder / "log").open("wb") as log:
        http = SITE.format(folder=folder, port=port, backend=backend)
        commands = ([*gunicorn, site], nginx_command(program, folder, http))
        processes = [subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log) for command in commands]
        try:
            for process, where in zip(processes, (backend, port), strict=True):
                wait_for(where, process, folder / "log")
            yield port
        finally:
            for process in processes:
                process.terminate()
            for process in processes:
                process.wait(PATIENCE)


@pytest.fixture
def visitor(nginx: int) -> Iterator[Browser]:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with Browser("127.0.0.1", nginx, context) as browser:
        yield browser


def test_a_decision_counts_for_the_host_that_the_visitor_sees(visitor: Browser) -> None:
    origin = {"Host": "www.shop.example", "Origin": "https://www.shop.example"}
    reply = visitor.gets(
        "/_privacy/choices",
        "POST",
        "decision=accept",
        Content_Type="application/x-www-form-urlencoded",
        **origin,
    )
    assert reply.status == 303
    assert visitor.cookies.keys() == {"__Host-consent"}
    assert b"third.example" in visitor.gets("/", Host="www.shop.example").body
    assert b"third.example" not in visitor.gets("/", Host="other.example").body


def test_a_page_with_many_services_granted_fits_into_the_proxys_buffers(visitor: Browser) -> None:
    reply = visitor.gets("/", Host="a-rather-long-name.of-a-shop.example")
    assert reply.status == 200
    assert reply.values("content-security-policy")
