"""The headers of the gate's own pages and files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

FramedBy = Literal["nobody", "site", "anyone"]
"""Whose pages may frame one of the gate's own. With "site" every page around the frame is the site's."""

_UNFRAMED = "; frame-ancestors 'none'"
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; form-action 'self'; base-uri 'none'" + _UNFRAMED
)

# Only names that browsers know: each unknown one would be a warning in every visitor's console.
PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()"
    for feature in (
        "camera",
        "display-capture",
        "fullscreen",
        "geolocation",
        "microphone",
        "payment",
        "publickey-credentials-get",
        "storage-access",
        "usb",
    )
)


_FRAMING = {"nobody": _UNFRAMED, "site": "; frame-ancestors 'self'", "anyone": ""}
_FRAME_OPTIONS = {
    "nobody": (("X-Frame-Options", "DENY"),),
    "site": (("X-Frame-Options", "SAMEORIGIN"),),
    "anyone": (),
}


def headers(
    content_type: str,
    cache_control: str = "no-store",
    *,
    framed_by: FramedBy = "nobody",
    frames: bool = False,
) -> list[tuple[str, str]]:
    """Return the headers of one of the gate's own pages or files.

    Only what is named by its content, or is the same for everyone, may have another `cache_control`. What is
    public depends on nobody's cookies. Only a page on which nothing can be decided may be `framed_by` anyone:
    elsewhere a click could stand for something else. In a frame of the site the forms of the choices grant
    nothing by themselves: our script sends what a person pressed. A page with `frames` may have pages of the
    gate in them.
    """
    is_public = "public" in cache_control
    csp = CONTENT_SECURITY_POLICY.replace(_UNFRAMED, _FRAMING[framed_by])
    if frames:
        csp = csp.replace("default-src 'none'", "default-src 'none'; frame-src 'self'")
    return [
        ("Content-Type", content_type),
        ("Cache-Control", cache_control),
        *(() if is_public else (("Vary", "Cookie, Sec-GPC"),)),
        ("Content-Security-Policy", csp),
        ("Permissions-Policy", PERMISSIONS_POLICY),
        ("Referrer-Policy", "same-origin"),
        ("X-Content-Type-Options", "nosniff"),
        *_FRAME_OPTIONS[framed_by],
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
    ]


_EMBED_POLICY = "default-src 'none'; style-src 'self'; %sbase-uri 'none'; frame-ancestors 'self'"


def embed_headers(hosts: Sequence[str] = ()) -> list[tuple[str, str]]:
    """Return the headers of a page in the frame of an embed. It loads frames from these `hosts`; without any
    it is the placeholder, whose form asks for them.

    Pages of the site alone may have it in them, all the way up to the window: elsewhere a click in it could
    stand for something else.
    """
    sources = f"frame-src {' '.join(f'{host}:*' for host in hosts)}; " if hosts else "form-action 'self'; "
    return [
        ("Content-Type", "text/html; charset=utf-8"),
        # A browser that goes back to the answer to a form shows its copy, or asks to send the form again.
        ("Cache-Control", "private, no-cache"),
        ("Vary", "Cookie, Sec-GPC"),
        ("Content-Security-Policy", _EMBED_POLICY % sources),
        # Players ask for which site they play.
        ("Referrer-Policy", "strict-origin-when-cross-origin"),
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "SAMEORIGIN"),
        ("X-Robots-Tag", "noindex"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
    ]


_SHOWN_POLICY = "sandbox; default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"


def shown_headers() -> list[tuple[str, str]]:
    """Return the headers of what a visitor was shown once: a document that runs nothing, loads nothing and
    sends nothing."""
    return [
        *(
            header
            for header in headers("text/html; charset=utf-8", framed_by="site")
            if header[0] not in ("Content-Security-Policy", "Cross-Origin-Opener-Policy")
        ),
        ("Content-Security-Policy", _SHOWN_POLICY),
        ("X-Robots-Tag", "noindex"),
    ]
