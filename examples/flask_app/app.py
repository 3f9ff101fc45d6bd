"""The demo newspaper in Flask, behind the consent gate: `python examples/flask_app/app.py`."""

import logging
import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

from flask import Flask, Response, jsonify, render_template, request, session
from werkzeug.serving import make_server

from consentgate.flask import ConsentGate, consent

HERE = Path(__file__).resolve().parent
NEWSPAPER = HERE.parent / "newspaper"
DAY = 86_400

app = Flask(
    __name__,
    root_path=str(HERE),
    template_folder=str(NEWSPAPER / "templates"),
    static_folder=str(NEWSPAPER / "static"),
)
app.config.update(
    SECRET_KEY="a secret for the demo only",
    CONSENTGATE_POLICY="consentgate.toml",
    CONSENTGATE_INSECURE=True,  # the demo is served over plain HTTP; leave this out where there is HTTPS
)
ConsentGate(app)


@app.get("/")
def front() -> str:
    return page("front.html")


@app.get("/article")
def article() -> str:
    return page("article.html")


@app.get("/live")
def live() -> Response:
    def pieces() -> Iterator[str]:
        for number, piece in enumerate(LIVE):
            if number:
                time.sleep(0.5)
            yield piece

    return Response(pieces())


@app.get("/api/cookies")
def cookies() -> Response:
    return jsonify(cookies=sorted(request.cookies))


@app.errorhandler(404)
def missing(error: Exception) -> tuple[str, int]:
    return page("missing.html"), 404


def page(template: str) -> str:
    session["pages"] = session.get("pages", 0) + 1
    return render_template(
        template,
        pages=session["pages"],
        cookies=", ".join(sorted(request.cookies)) or "none",
        counted=consent.allows("performance"),
    )


@app.after_request
def track(response: Response) -> Response:
    """Set cookies without a thought for consent, as sites do. The gate keeps back what must not go out."""
    if response.mimetype == "text/html":
        response.set_cookie("visitor_id", request.cookies.get("visitor_id") or uuid4().hex, max_age=395 * DAY)
        response.set_cookie("_campaign", "spring", max_age=30 * DAY)
        response.set_cookie("ab_test", "b", max_age=30 * DAY)  # not in the policy: never goes out
    return response


LIVE = (NEWSPAPER / "live.html").read_text(encoding="utf-8").split("<!-- half a second later -->\n")

LOOK_AT = """\
The Harbour Gazette, behind consentgate: {url}

  1. Open it with the browser's developer tools on the network tab. Only this machine is contacted: analytics,
     pixel, font, buttons and video are blocked, and of the cookies only the session's is set.
  2. Press Accept. Now they load, and the cookies that the policy names are set. (Without a network they fail
     to load, but the network tab shows that they are asked for.)
  3. Follow "Privacy settings" and press Withdraw. All is closed again, and those cookies are deleted.
  4. Open it in a private window and press Refuse. It stays closed, and nobody asks again.

  {url}live         arrives piece by piece and is gated on the way
  {url}api/cookies  shows the cookies that the application gets to see

The policy is {policy}.
What is not in it is blocked and named in this log, with the lines to add.
"""


def listen(port: int) -> socket.socket:
    """Return a socket that listens on `port`, or leave with a line that says how to choose another."""
    try:
        return socket.create_server(("127.0.0.1", port))
    except OSError as error:
        raise SystemExit(
            f"Port {port}: {error.strerror}. Choose another with: PORT={port + 1} make demo"
        ) from error


if __name__ == "__main__":
    logging.basicConfig(format="%(name)s: %(message)s")
    logging.getLogger("consentgate").setLevel(logging.INFO)
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    port = int(os.environ.get("PORT", "8000"))
    with listen(port) as listener:
        print(LOOK_AT.format(url=f"http://127.0.0.1:{port}/", policy=HERE / "consentgate.toml"), flush=True)
        make_server("127.0.0.1", port, app, threaded=True, fd=listener.fileno()).serve_forever()
