"""Files and compression in Django, with the gate in its middleware list."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from .client import PATIENCE

SITE = """
import gzip, sys
from pathlib import Path
from wsgiref.util import FileWrapper, setup_testing_defaults

from django.conf import settings

settings.configure(
    ROOT_URLCONF=__name__,
    SECRET_KEY="a key for the tests",
    ALLOWED_HOSTS=["*"],
    MIDDLEWARE=["consentgate.django.ConsentMiddleware", "django.middleware.gzip.GZipMiddleware"],
    INSTALLED_APPS=["consentgate.django"],
)
import django

django.setup()
from django.core.wsgi import get_wsgi_application
from django.http import FileResponse, HttpResponse
from django.urls import path

PAGE = b"<!doctype html><html><body><script src=https://films.example/x></script><p>Text</p>" + b" x" * 200
FOLDER = Path(sys.argv[1])
for name in ("page.html", "film.mp4"):
    (FOLDER / name).write_bytes(PAGE)

urlpatterns = [
    path("file/<name>", lambda request, name: FileResponse(open(FOLDER / name, "rb"))),
    path("page", lambda request: HttpResponse(PAGE)),
    path("front", lambda request: HttpResponse("", headers={"X-Accel-Redirect": "/page.html"})),
]
app = get_wsgi_application()


def get(path, **environ):
    environ |= {"PATH_INFO": path, "wsgi.file_wrapper": FileWrapper}
    setup_testing_defaults(environ)
    started = []
    iterable = app(environ, lambda *call: started.append(call))
    body = b"".join(iterable)
    iterable.close()
    [(status, headers)] = started
    return iterable, status, dict(headers), body


iterable, _, headers, body = get("/file/film.mp4")
assert type(iterable) is FileWrapper and body == PAGE and headers["Content-Length"] == str(len(PAGE))
iterable, _, headers, body = get("/file/page.html")
assert type(iterable) is not FileWrapper and b"films.example" not in body and b"<p>Text</p>" in body
assert "Content-Length" not in headers
_, _, headers, body = get("/page", HTTP_ACCEPT_ENCODING="gzip")
page = gzip.decompress(body)
assert headers["Content-Encoding"] == "gzip" and b"films.example" not in page and b"<p>Text</p>" in page
_, _, headers, body = get("/page", HTTP_ACCEPT_ENCODING="gzip", HTTP_ACCEPT="text/html")
assert "Content-Encoding" not in headers and b"films.example" not in body and b"<p>Text</p>" in body
assert get("/front")[1].startswith("502")
print("done")
"""


def test_files_and_compressed_pages_are_gated_W6_H1(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SITE, tmp_path], capture_output=True, text=True, timeout=PATIENCE
    )
    assert done.stdout == "done\n", done.stderr
