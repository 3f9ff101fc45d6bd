"""consentgate for Django.

    INSTALLED_APPS = [..., "consentgate.django"]
    MIDDLEWARE = ["consentgate.django.ConsentMiddleware", ...]
    CONSENTGATE = {"POLICY": BASE_DIR / "consentgate.toml"}

The middleware goes first. To put the gate around the server's whole view of the application instead, wrap it
where it is made; the middleware then only hands on `request.consent`:

    application = consentgate.wsgi.ConsentMiddleware(get_wsgi_application(), gate_from_settings())

What is wrong with the settings is named by `manage.py check`, see `checks`.

Settings: `POLICY`, a path or a `Policy`; `SECRET_KEY`, by default Django's own
and its fallbacks; `INSECURE` and `TRUSTED_PROXIES` as in `Gate`.
"""

from .caching import vary_on_consent
from .middleware import ConsentMiddleware, consent_of
from .settings import gate_from_settings

__all__ = ["ConsentMiddleware", "consent_of", "gate_from_settings", "vary_on_consent"]
