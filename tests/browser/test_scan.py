"""`consentgate scan --browser`: what scripts do as they run, before consent and after each choice."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner

from consentgate import Policy
from consentgate.cli import main

PAGE = b"""<!doctype html><html lang=en><title>Shop</title><link rel=icon href=data:,>
<p>hello</p>
<p id=asks>Cookies?
<button onclick="choose('yes')">Accept all</button> <button onclick="choose('no')">Reject all</button></p>
<script>
  document.cookie = "plain=1; max-age=86400";
  localStorage.setItem("first", "1");
  new Image().src = "https://pixel.nobody.example/p.gif";
  function choose(answer) {
    document.cookie = "chosen=" + answer;
    document.getElementById("asks").remove();
    start();
  }
  function start() {
    if (document.cookie.includes("chosen=yes")) {
      // Only a browser sees whose this is.
      new Image().src = "https://www.face" + "book.com/tr?id=1&ev=PageView";
      document.cookie = "_fbp=1; max-age=7776000";
    }
  }
  if (document.cookie.includes("chosen=")) { document.getElementById("asks").remove(); start() }
</script>"""


@pytest.fixture
def site() -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            is_page = self.path in ("/", "/more")
            if self.path == "/away":
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.end_headers()
                host = self.headers["Host"].replace("127.0.0.1", "localhost")
                self.wfile.write(f"<script>location = 'http://{host}/more'</script>".encode())
                return
            self.send_response(200 if is_page else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(PAGE + (b"<a href=/more>more</a>" if is_page else b""))

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.engines
def test_what_scripts_do_is_listed_state_by_state_and_gets_into_the_policy(site: str, tmp_path: Path) -> None:
    file = tmp_path / "consentgate.toml"
    file.write_text('[site]\nname = "Shop"\ncontroller = "Shop Ltd"\ncontact = "privacy@shop.example"\n')
    arguments = [
        "scan",
        site,
        "--rate",
        "50",
        "--browser",
        "--browser-pages",
        "1",
        "--policy",
        str(file),
        "--json",
    ]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    services = {one["id"] or one["name"]: one for one in found["services"]}
    assert services["nobody.example"]["where"]["states"][:2] == ["undecided", "refused"]
    assert "undecided" not in services["meta-pixel"]["where"]["states"]
    assert "refused" not in services["meta-pixel"]["where"]["states"]
    assert "accepted" in services["meta-pixel"]["where"]["states"]
    own = {one["name"]: one["lifetime"] for one in found["own"]["cookies"]}
    assert own["plain"] in range(86_000, 86_401)
    assert [one["key"] for one in found["own"]["items"]] == ["first"]
    assert "1 pages were not looked at with the browser" in result.stderr
    policy = Policy.load(file)
    assert [one.id for one in policy.services] == ["meta-pixel"]
    for asked in ("plain", "first", "chosen"):
        assert f'# name = "{asked}"' in file.read_text()


def test_without_a_browser_it_says_how_to_get_one(site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "playwright.sync_api", None)
    result = CliRunner().invoke(main, ["scan", site, "--rate", "50", "--browser"])
    assert result.exit_code == 1
    assert "pip install -e '.[scan]'" in result.stderr


def test_the_browser_is_led_to_no_other_site(site: str) -> None:
    result = CliRunner().invoke(main, ["scan", f"{site}away", "--rate", "50", "--browser"])
    assert result.exit_code == 1
    assert f"{site}away: leads the browser to http://localhost:" in result.stderr
