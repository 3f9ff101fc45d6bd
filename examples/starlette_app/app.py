"""The demo newspaper in Starlette, behind the consent gate: `python examples/starlette_app/app.py`."""

import asyncio
import logging
import os
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.templating import Jinja2Templates

from consentgate import Gate, Policy
from consentgate.starlette import ConsentMiddleware, consent_of

EXAMPLES = Path(__file__).resolve().parents[1]
NEWSPAPER = EXAMPLES / "newspaper"
POLICY = EXAMPLES / "flask_app" / "consentgate.toml"  # one policy for all three demos
SECRET_KEY = "a secret for the demo only"
DAY = 86_400

templates = Jinja2Templates(NEWSPAPER / "templates")


async def front(request: Request) -> Response:
    return page(request, "front.html")


async def article(request: Request) -> Response:
    return page(request, "article.html")


async def live(request: Request) -> Response:
    async def pieces() -> AsyncIterator[str]:
        for number, piece in enumerate(LIVE):
            if number:
                await asyncio.sleep(0.5)
            yield piece

    return track(request, StreamingResponse(pieces(), media_type="text/html"))


async def cookies(request: Request) -> Response:
    return JSONResponse({"cookies": sorted(request.cookies)})


async def missing(request: Request, error: Exception) -> Response:
    return page(request, "missing.html", 404)


def page(request: Request, template: str, status: int = 200) -> Response:
    request.session["pages"] = request.session.get("pages", 0) + 1
    context = {
        "pages": request.session["pages"],
        "cookies": ", ".join(sorted(request.cookies)) or "none",
        "counted": consent_of(request).allows("performance"),
    }
    return track(request, templates.TemplateResponse(request, template, context, status))


def track(request: Request, response: Response) -> Response:
    """Set cookies without a thought for consent, as sites do. The gate keeps back what must not go out."""
    response.set_cookie("visitor_id", request.cookies.get("visitor_id") or uuid4().hex, max_age=395 * DAY)
    response.set_cookie("_campaign", "spring", max_age=30 * DAY)
    response.set_cookie("ab_test", "b", max_age=30 * DAY)  # not in the policy: never goes out
    return response


LIVE = (NEWSPAPER / "live.html").read_text(encoding="utf-8").split("<!-- half a second later -->\n")

newspaper = Starlette(
    routes=[
        Route("/", front),
        Route("/article", article),
        Route("/live", live),
        Route("/api/cookies", cookies),
        Mount("/static", StaticFiles(directory=NEWSPAPER / "static")),
    ],
    middleware=[Middleware(SessionMiddleware, secret_key=SECRET_KEY, max_age=None)],
    exception_handlers={404: missing},
)

# The gate goes around everything else, so that nothing gets past it. `insecure` is for plain HTTP; leave it
# out where there is HTTPS.
app = ConsentMiddleware(newspaper, Gate(Policy.load(POLICY), secret_key=SECRET_KEY, insecure=True))

if __name__ == "__main__":
    logging.basicConfig(format="%(name)s: %(message)s")
    logging.getLogger("consentgate").setLevel(logging.INFO)
    port = int(os.environ.get("PORT", "8001"))
    print(f"The Harbour Gazette, behind consentgate: http://127.0.0.1:{port}/", flush=True)
    print("What to look at is in examples/README.md.", flush=True)
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning")
