"""What the gate puts into a page."""

from __future__ import annotations

from functools import partial

from consentgate.gate.csp.site_policy import NAME as CSP
from consentgate.gate.csp.site_policy import keeps_out, nonce_for
from consentgate.gate.log.advice import Notices
from consentgate.gate.message import Header
from consentgate.html import Insertion
from consentgate.html.values.refresh import refresh_url
from consentgate.pages import Pages
from consentgate.web.url import Url, resolve


def dropped_refreshes(given: list[Header], sent: list[Header], page: Url) -> list[str]:
    """The URLs on the web in the `Refresh` headers of a `page` that were `given` and are not `sent`."""
    dropped = [value for name, value in given if name.lower() == "refresh" and (name, value) not in sent]
    urls = filter(None, map(refresh_url, dropped))
    return [url for url in urls if resolve(url, page).is_on_the_web]


def insertion(
    pages: Pages,
    headers: list[Header],
    here: str,
    origin: str,
    state: str,
    notices: Notices,
    *,
    posted: bool,
) -> Insertion:
    """What goes into a page at the path `here` that is sent with `headers`; `origin` leads there,
    and `state` names the consent that an open page was made for. A page that was `posted`, the answer to a
    form, is not to be loaded again: `here` is then another, which can be.

    The gate's own script and styles bear the nonces that the site's own Content-Security-Policy asks for. The
    application's elements get none.
    """
    headers = [header for header in headers if header[0].lower().startswith(CSP)]
    if keeps_out(headers, "style"):
        notices.without_styles()
    head = pages.head(
        state=state,
        style_nonce=nonce_for(headers, "style"),
        script_nonce=nonce_for(headers, "script"),
        before=here if posted else "",
    )
    return Insertion(head, pages.banner(here), partial(pages.banner, here, origin), pages.onwards)
