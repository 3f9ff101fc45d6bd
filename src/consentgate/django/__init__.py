"""consentgate for Django.

    INSTALLED_APPS = [..., "consentgate.django"]
    MIDDLEWARE = ["consentgate.django.ConsentMiddleware", ...]
    CONSENTGATE = {"POLICY": BASE_DIR / "consentgate.toml"}

The middleware goes first. Settings: `POLICY`, a path or a `Policy`; `SECRET_KEY`, by default Django's own
and its fallbacks; `INSECURE` and `TRUSTED_PROXIES` as in `Gate`.
"""

from .middleware import ConsentMiddleware, consent_of

__all__ = ["ConsentMiddleware", "consent_of"]
