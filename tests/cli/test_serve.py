"""`consentgate serve`: a folder of files behind the gate, on a real socket of this machine."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from click.testing import CliRunner

from consentgate.cli import main
from consentgate.cli.servers import listen

SITE = '[site]\nname = "Example"\ncontroller = "Example Ltd"\ncontact = "privacy@example.org"\n'
PAGE = '<!doctype html><title>a</title><iframe src="https://www.youtube.com/embed/x"></iframe>'


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "index.html").write_text(PAGE)
    (tmp_path / "consentgate.toml").write_text(f'{SITE}[[service]]\nuse = "youtube"\n')
    return tmp_path


@contextlib.contextmanager
def serving(folder: Path, *arguments: str, key: str = ""):
    """Serve the site in `folder`; yield the first line that is printed."""
    environ = {**os.environ, "CONSENTGATE_SECRET_KEY": key, "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "consentgate", "serve", "site", "--port", "0", *arguments]
    with subprocess.Popen(
        command, cwd=folder, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline(), process
        finally:
            # Not SIGINT: where the tests run in the background, that may be ignored.
            process.terminate()
            try:
                process.communicate(timeout=60)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
    assert process.returncode == 0


def test_pages_are_served_behind_the_gate(folder):
    with serving(folder, "--json", key="k" * 32) as (line, _):
        told = json.loads(line)
        assert told | {"url": ""} == {
            "url": "",
            "folder": "site",
            "policy": "consentgate.toml",
            "server": "waitress",
            "insecure": True,
            "keeps_choices": True,
        }
        assert told["url"].startswith("http://127.0.0.1:")
        _, headers, body = fetch(told["url"])
        assert b'src="https://www.youtube.com' not in body
        assert b"/_privacy/" in body
        assert fetch(told["url"], {"If-None-Match": headers["ETag"]})[0] == 304
        status, headers, _ = fetch(
            f"{told['url']}_privacy/choices", {"Origin": told["url"][:-1]}, b"decision=refuse&next=/"
        )
        assert status == 303
        cookie = headers["Set-Cookie"]
        # Browsers would drop one with Secure.
        assert cookie.startswith("consent=")
        assert "secure" not in cookie.lower()


def fetch(url: str, headers=None, data: bytes | None = None):
    """Return status, headers and body of an answer, whatever its status is."""
    request = urllib.request.Request(url, data, headers or {})
    try:
        response = urllib.request.build_opener(_NoRedirects).open(request)
    except urllib.error.HTTPError as error:
        response = error
    with response:
        return response.status, response.headers, response.read()


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *arguments):
        return None


def test_it_says_what_is_served_and_how(folder):
    (folder / "consentgate.toml").rename(folder / "other.toml")
    with serving(folder) as (line, process):
        assert line.startswith("Serving site behind the gate on http://127.0.0.1:")
        said = [process.stdout.readline() for _ in range(3)]
    assert said[0].startswith("Policy: none, so that consent also opens what nobody named")
    assert said[1].startswith("Insecure: the consent cookie is without Secure")
    assert "without CONSENTGATE_SECRET_KEY, a key was made for this run" in said[2]


def test_without_waitress_pythons_own_server_serves(monkeypatch):
    monkeypatch.setitem(sys.modules, "waitress", None)

    def app(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "2")])
        return [b"ok"]

    server = listen(app, "127.0.0.1", 0)
    assert (server.name, server.for_development) == ("wsgiref", True)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/") as response:
            assert response.read() == b"ok"
    finally:
        server.close()
        thread.join()


@pytest.fixture
def error(folder, monkeypatch):
    """Run the command, which is to fail, and return what it says."""
    monkeypatch.chdir(folder)

    def error(*arguments: str) -> str:
        result = CliRunner().invoke(main, ["serve", *arguments])
        assert result.exit_code != 0
        assert isinstance(result.exception, SystemExit)
        return result.output

    return error


def test_a_port_that_is_taken_is_said_in_a_line(error):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        said = error("site", "--port", port)
    assert said == (
        f"Error: --port: {port} is taken on 127.0.0.1: stop what listens there, or name another port\n"
    )


def test_a_host_that_is_not_this_machines_is_said_in_a_line(error):
    assert error("site", "--host", "192.0.2.1").startswith("Error: --host: cannot listen on 192.0.2.1: ")


def test_a_policy_with_mistakes_is_said(error, folder):
    (folder / "consentgate.toml").write_text(f"{SITE}dnt = 1")
    assert error("site") == (
        "Error: 1 mistake in the policy:\n"
        "  consentgate.toml:5: [site], dnt: expected true or false, without quotes, not 1\n"
    )


def test_a_folder_that_is_not_there_is_said(error):
    assert "'nothing' does not exist" in error("nothing")


def test_no_port_is_beyond_the_last(error):
    assert "65536 is not in the range" in error("site", "--port", "65536")
