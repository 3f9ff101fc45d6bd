"""WhiteNoise: every application that its tests serve.

The sdist lacks the module that serves them, `tests.utils`, the files and the settings; this makes its own.
"""

import gzip
import sys
import tempfile
import threading
import types
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server
from wsgiref.util import shift_path_info

import requests
import unnoticed
from django.conf import settings

from consentgate.wsgi import ConsentMiddleware

PREFIX = "subdir"
HERE = Path(tempfile.mkdtemp(prefix="whitenoise-"))
STYLES = b".page { color: black; background: white; margin: 0; padding: 0 }\n" * 30
FILES = {
    "assets/subdir/javascript.js": b"'a script'; // long enough to ask for the parts of\n",
    "assets/compressed.css": STYLES,
    "assets/compressed.css.gz": gzip.compress(STYLES),
    "assets/custom-mime.foobar": b"fizzbuzz\n",
    "assets/with-index/index.html": b"<h1>Hello</h1>\n",
    "root/robots.txt": b"Disallow: /\n",
    "static/app.js": b"'another script'; // long enough to be worth a compression or two\n" * 20,
    "static/nonascii\u2713.txt": b"hi\n",
    "static/large-file.txt": b"a long text\n" * 300,
    "static/styles.css": STYLES,
    "static/with-index/index.html": b"<h1>Hello</h1>\n",
}


class Files:
    """The files of a folder: `js="app.js"` becomes `js_path`, `js_url` and `js_content`."""

    def __init__(self, directory: str, **paths: str) -> None:
        self.directory = str(HERE / directory)
        for name, path in paths.items():
            setattr(self, f"{name}_path", path)
            setattr(self, f"{name}_url", f"/{PREFIX}/{path}")
            setattr(self, f"{name}_content", FILES[f"{directory}/{path}"])


class _Quiet(WSGIRequestHandler):
    def log_message(self, *args: object) -> None: ...


class AppServer:
    """Serves an application below `/PREFIX`, through the gate."""

    PREFIX = PREFIX

    def __init__(self, application) -> None:
        self._app = ConsentMiddleware(application, unnoticed.GATE) if unnoticed.is_on() else application
        self._server = make_server("127.0.0.1", 0, self._serve, handler_class=_Quiet)
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def _serve(self, environ, start_response):
        unnoticed.count()
        if shift_path_info(environ) != PREFIX:
            start_response("404 Not Found", [])
            return []
        return self._app(environ, start_response)

    def get(self, *args, **kwargs):
        return self.request("get", *args, **kwargs)

    def request(self, method, url, *args, **kwargs):
        return requests.request(method, f"http://127.0.0.1:{self._server.server_port}{url}", *args, **kwargs)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def pytest_configure(config) -> None:
    unnoticed.pytest_configure(config)
    for name, content in FILES.items():
        path = HERE / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    utils = types.ModuleType("tests.utils")
    utils.AppServer, utils.Files = AppServer, Files
    sys.modules["tests.utils"] = utils
    settings.configure(
        ALLOWED_HOSTS=["*"],
        FORCE_SCRIPT_NAME=f"/{PREFIX}",
        INSTALLED_APPS=["whitenoise.runserver_nostatic", "django.contrib.staticfiles"],
        MIDDLEWARE=["whitenoise.middleware.WhiteNoiseMiddleware"],
        ROOT_URLCONF=__name__,
        SECRET_KEY=unnoticed.SECRET_KEY,
        STATIC_URL=f"/{PREFIX}/static/",
        STORAGES={
            "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
            "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
        },
        WHITENOISE_MAX_AGE=60,
    )
    import django

    django.setup()


urlpatterns: list[object] = []
