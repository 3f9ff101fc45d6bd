"""consentgate for Flask.

    app.config["CONSENTGATE_POLICY"] = "consentgate.toml"
    ConsentGate(app)

With the factory pattern, write `gate = ConsentGate()` and call `gate.init_app(app)`. One object serves any
number of applications. The configuration is read in that call, which raises Misconfigured for its mistakes.

| setting | what it holds |
| --- | --- |
| `CONSENTGATE_POLICY` | a path below the application's root, a `Policy`, or `Policies`; else `Policy()` |
| `CONSENTGATE_SECRET_KEY` | by default Flask's own `SECRET_KEY` and its fallbacks |
| `CONSENTGATE_INSECURE`, `CONSENTGATE_DEBUG`, `CONSENTGATE_TRUSTED_PROXIES` | as in `Gate` |
| `CONSENTGATE_FINDINGS` | a path below the application's root; by default none |
"""

from consentgate.configuration import Misconfigured

try:
    from .extension import ConsentGate, ConsentMiddleware, consent, consent_declaration
except ModuleNotFoundError as error:
    if error.name != "flask":
        raise
    raise ModuleNotFoundError(
        "consentgate.flask needs Flask: install consentgate with the extra `flask`", name=error.name
    ) from error

__all__ = ["ConsentGate", "ConsentMiddleware", "Misconfigured", "consent", "consent_declaration"]
