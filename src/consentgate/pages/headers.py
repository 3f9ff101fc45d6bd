"""The headers of the gate's own pages and files."""

from __future__ import annotations

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


def headers(
    content_type: str, cache_control: str = "no-store", *, may_be_framed: bool = False
) -> list[tuple[str, str]]:
    """Return the headers of one of the gate's own pages or files.

    Only what is named by its content, or is the same for everyone, may have another `cache_control`. What is
    public depends on nobody's cookies. Only a page on which nothing can be decided `may_be_framed`.
    """
    is_public = "public" in cache_control
    csp = CONTENT_SECURITY_POLICY
    return [
        ("Content-Type", content_type),
        ("Cache-Control", cache_control),
        *(() if is_public else (("Vary", "Cookie, Sec-GPC"),)),
        ("Content-Security-Policy", csp.replace(_UNFRAMED, "") if may_be_framed else csp),
        ("Permissions-Policy", PERMISSIONS_POLICY),
        ("Referrer-Policy", "same-origin"),
        ("X-Content-Type-Options", "nosniff"),
        *(() if may_be_framed else (("X-Frame-Options", "DENY"),)),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
    ]
