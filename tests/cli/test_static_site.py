"""The files that `consentgate serve` serves, and those that it does not."""

import os
from email.utils import formatdate
from typing import NamedTuple
from urllib.parse import unquote_to_bytes
from wsgiref.util import setup_testing_defaults
from wsgiref.validate import validator

import pytest

from consentgate.cli.static_site import StaticSite


class Response(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes


class Client:
    """Asks an application, which is held against PEP 3333 meanwhile."""

    def __init__(self, app) -> None:
        self._app = validator(app)

    def request(self, path: str, *, method: str = "GET", headers=None, status: int = 200) -> Response:
        path, _, query = path.partition("?")
        environ = {"PATH_INFO": unquote_to_bytes(path).decode("latin-1"), "QUERY_STRING": query}
        environ |= {"REQUEST_METHOD": method, "SCRIPT_NAME": ""}
        environ |= {f"HTTP_{name.upper().replace('-', '_')}": text for name, text in (headers or {}).items()}
        setup_testing_defaults(environ)
        started: list = []
        chunks = self._app(environ, lambda *start: started.append(start))
        try:
            body = b"".join(chunks)
        finally:
            chunks.close()
        assert int(started[0][0][:3]) == status, started
        return Response(status, dict(started[0][1]), body)

    def get(self, path: str, **options) -> Response:
        return self.request(path, **options)

    def head(self, path: str, **options) -> Response:
        return self.request(path, method="HEAD", **options)


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / "site"
    for name, text in {
        "index.html": "<h1>front</h1>",
        "style.css": "p{}",
        "app.mjs": "1",
        "photo.webp": "image",
        "pack.tar.gz": "packed",
        "unknown.zzz": "?",
        "naïve name.txt": "text",
        "news/index.html": "<h1>news</h1>",
        "empty/.keep": "",
        ".env": "SECRET=1",
        ".git/config": "secret",
        ".well-known/security.txt": "Contact: us",
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "utf-8")
    (tmp_path / "secret.txt").write_text("secret")
    return root


@pytest.fixture
def site(folder):
    return Client(StaticSite(folder))


@pytest.mark.parametrize(
    ("path", "type_", "body"),
    [
        ("/", "text/html; charset=utf-8", b"<h1>front</h1>"),
        ("/index.html", "text/html; charset=utf-8", b"<h1>front</h1>"),
        ("/news/", "text/html; charset=utf-8", b"<h1>news</h1>"),
        ("/style.css", "text/css; charset=utf-8", b"p{}"),
        ("/app.mjs", "text/javascript; charset=utf-8", b"1"),
        ("/photo.webp", "image/webp", b"image"),
        ("/pack.tar.gz", "application/octet-stream", b"packed"),
        ("/unknown.zzz", "application/octet-stream", b"?"),
        ("/na%C3%AFve%20name.txt", "text/plain; charset=utf-8", b"text"),
        ("/.well-known/security.txt", "text/plain; charset=utf-8", b"Contact: us"),
    ],
)
def test_a_file_is_served_with_its_type(site, path, type_, body):
    response = site.get(path)
    assert (response.headers["Content-Type"], response.body) == (type_, body)
    assert int(response.headers["Content-Length"]) == len(body)
    head = site.head(path)
    assert (head.headers["Content-Type"], head.body) == (type_, b"")


@pytest.mark.parametrize(
    ("page", "charset"),
    [
        ("<p>é</p>".encode(), "; charset=utf-8"),
        ("<p>é</p>".encode("latin-1"), ""),
        ("<p>é".encode()[:-1], ""),
        ("<meta charset=windows-1252><p>é".encode(), ""),
        ("<?xml version='1.0' encoding='latin1'?><p>é".encode(), ""),
        (f"<title>{'é' * 2000}</title><meta charset=latin1>".encode(), ""),
        ("<p>é".encode("utf-16"), ""),
        (b"\xef\xbb\xbf<p>", ""),
        (b"a" * ((1 << 16) - 1) + "é".encode(), "; charset=utf-8"),
        (b"a" * (1 << 16) + b"\xff", ""),
        (b"", "; charset=utf-8"),
    ],
)
def test_a_page_that_names_no_encoding_is_said_to_be_utf_8_where_it_is(folder, site, page, charset):
    for name in ("page.html", "404.html"):
        (folder / name).write_bytes(page)
    assert site.get("/page.html").headers["Content-Type"] == f"text/html{charset}"
    assert site.get("/nothing", status=404).headers["Content-Type"] == f"text/html{charset}"


def test_a_page_that_has_changed_is_looked_at_again(folder, site):
    page = folder / "page.html"
    for number, data in enumerate((b"<p>", b"<p>\xff", b"<p>")):
        page.write_bytes(data)
        os.utime(page, ns=(0, number))
        charset = "; charset=utf-8" if data == b"<p>" else ""
        assert site.get("/page.html").headers["Content-Type"] == f"text/html{charset}"


@pytest.mark.parametrize(
    "path",
    [
        "/nothing.html",
        "/style.css/",
        "/style.css/more",
        "/empty/",
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/news/../../secret.txt",
        "/..%2fsecret.txt",
        "/..%5csecret.txt",
        "/news//index.html",
        "//secret.txt",
        "/.env",
        "/.git/config",
        "/empty/.keep",
        "/%00",
        "/style.css%00.html",
        "/%ff",
        "/C:/secret.txt",
        "/link.txt",
        "/linked/secret.txt",
        "/dotted.txt",
    ],
)
def test_what_is_not_there_or_not_to_be_seen_is_not_found(site, folder, path):
    (folder / "link.txt").symlink_to(folder.parent / "secret.txt")
    (folder / "linked").symlink_to(folder.parent)
    (folder / "dotted.txt").symlink_to(folder / ".env")
    response = site.get(path, status=404)
    assert response.body == b"404 Not Found\n"
    assert response.headers["Content-Type"].startswith("text/plain")


def test_a_pipe_is_not_waited_for(site, folder):
    os.mkfifo(folder / "pipe")
    site.get("/pipe", status=404)


def test_a_link_within_the_folder_is_followed(site, folder):
    (folder / "latest.css").symlink_to(folder / "style.css")
    assert site.get("/latest.css").body == b"p{}"


def test_a_folder_has_its_own_address(site):
    response = site.get("/news?a=1&b=%2F", status=301)
    assert response.headers["Location"] == "/news/?a=1&b=%2F"


def test_no_redirect_leads_to_another_host(site, folder):
    (folder / "evil.example").mkdir()
    for path in ("//evil.example", "/%2fevil.example", "/\\evil.example"):
        site.get(path, status=404)


def test_the_sites_own_page_for_what_is_missing(site, folder):
    (folder / "404.html").write_text("<h1>lost</h1>")
    response = site.get("/nothing", status=404)
    assert (response.headers["Content-Type"], response.body) == ("text/html; charset=utf-8", b"<h1>lost</h1>")
    assert site.head("/nothing", status=404).body == b""


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_other_methods_are_refused(site, method):
    response = site.request("/", method=method, status=405)
    assert response.headers["Allow"] == "GET, HEAD"


def test_a_browser_that_has_the_file_is_told_so(site, folder):
    os.utime(folder / "style.css", (1_700_000_000.5, 1_700_000_000.5))
    first = site.get("/style.css")
    tag, day = first.headers["ETag"], first.headers["Last-Modified"]
    assert first.headers["Cache-Control"] == "no-cache"
    for headers in (
        {"If-None-Match": tag},
        {"If-None-Match": f'"other", W/{tag}'},
        {"If-None-Match": "*"},
        {"If-Modified-Since": day},
    ):
        response = site.get("/style.css", headers=headers, status=304)
        assert (response.body, response.headers["ETag"]) == (b"", tag)


@pytest.mark.parametrize(
    "headers",
    [
        {"If-None-Match": '"other"'},
        {"If-None-Match": '"other"', "If-Modified-Since": formatdate(4_000_000_000, usegmt=True)},
        {"If-Modified-Since": formatdate(1, usegmt=True)},
        {"If-Modified-Since": "yesterday"},
        {"If-Modified-Since": ""},
    ],
)
def test_any_other_browser_gets_the_file(site, headers):
    assert site.get("/style.css", headers=headers).body == b"p{}"


def test_a_change_has_another_tag(site, folder):
    tag = site.get("/style.css").headers["ETag"]
    (folder / "style.css").write_text("p{color:red}")
    assert site.get("/style.css", headers={"If-None-Match": tag}).body == b"p{color:red}"
