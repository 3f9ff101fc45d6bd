"""consentgate for Django.

    INSTALLED_APPS = [..., "consentgate.django"]
    MIDDLEWARE = ["consentgate.django.ConsentMiddleware", ...]
    CONSENTGATE = {"POLICY": BASE_DIR / "consentgate.toml"}

The middleware goes first. The gate can also go around the whole application, where that is made. The
middleware then only gives views `request.consent`:

    application = consentgate.wsgi.ConsentMiddleware(get_wsgi_application(), gate_from_settings())

`manage.py check` says what is wrong with the settings, see `checks`.

| key | what it holds |
| --- | --- |
| `POLICY` | a path or a `Policy` |
| `SECRET_KEY` | by default Django's own and its fallbacks |
| `INSECURE`, `DEBUG`, `TRUSTED_PROXIES`, `FINDINGS` | as in `Gate` |
"""

from .caching import vary_on_consent
from .declaration import consent_declaration
from .middleware import ConsentMiddleware, consent_of
from .settings import gate_from_settings

__all__ = ["ConsentMiddleware", "consent_declaration", "consent_of", "gate_from_settings", "vary_on_consent"]
