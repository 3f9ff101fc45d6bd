"""Advice on cookies: their names, their lifetimes, and how a policy files them."""

from __future__ import annotations

from consentgate.log_fields import fields
from consentgate.policy import NECESSARY, NEVER, Cookie, Policy
from consentgate.policy.advice.proposals import toml_text
from consentgate.policy.lifetime import lifetime_text

from .naming import Log
from .once import Once


class CookieAdvice:
    """Logs cookies whose names, lifetimes or categories a site should change."""

    def __init__(self, policy: Policy, once: Once, log: Log) -> None:
        self._once = once
        self._log = log
        self._report_only = policy.site.report_only
        self._blocked = "would block" if self._report_only else "blocked"

    def reserved_name(self, name: str) -> None:
        """Log that the application set a cookie under the `name` of the consent cookie."""
        if self._once.is_new("own cookie", name):
            self._log.warning(
                "%s the application's cookie %s: a cookie of this name is the gate's own, which keeps the "
                "choice. Give the application's another name",
                self._blocked,
                toml_text(name),
                extra=fields("cookie", about="reserved name"),
            )

    def nameless(self, line: str) -> None:
        """Log that a Set-Cookie `line` of the application sets no cookie that all browsers store by a
        name."""
        name = line.partition(";")[0].partition("=")[0]
        if self._once.is_new("odd cookie", name):
            self._log.warning(
                "%s a Set-Cookie header that begins with %s: it names no cookie, or has a control character, "
                "and browsers disagree about what that means. Write it as name=value; Path=/",
                self._blocked,
                toml_text(name),
                extra=fields("cookie", about="no name"),
            )

    def not_deleted(self, name: str) -> None:
        """Log that a visitor who refused still sends the cookie `name`, which nothing identifies."""
        if self._once.is_new("cookie not deleted", name, source="browsers"):
            self._log.warning(
                "did not delete the cookie %s of a visitor who refused: neither the policy nor the catalogue "
                "names it, and the application has not set it. If a load balancer or bot protection in front "
                'of the application sets it, leave it so, or declare it with category = "necessary" and its '
                'reason ("load-balancing", "security") for the application to see it. If a script of the '
                "site sets it, declare it with its category, and it is deleted",
                toml_text(name),
                extra=fields("cookie", about="not deleted"),
            )

    def clamped(self, name: str, asked: float, allowed: int, cookie: Cookie | None) -> None:
        """Log that the lifetime of the exempt cookie `name` was cut from `asked` to `allowed` seconds.

        `cookie` is its declaration where a framework sets it.
        """
        if self._once.is_new("lifetime", name):
            self._log.warning(
                "%s the lifetime of the cookie %s: the application asks for %s, and the policy allows %s. To "
                "allow it, write %s\n%s",
                "would cut" if self._report_only else "cut",
                toml_text(name),
                lifetime_text(asked),
                lifetime_text(allowed),
                "into the policy:" if cookie else "where the policy declares the cookie:",
                _table(cookie, asked) if cookie else f"lifetime = {toml_text(lifetime_text(asked))}",
                extra=fields("cookie", about="lifetime cut"),
            )

    def not_extended(self, name: str) -> None:
        """Log that the application set the cookie `name` again, which counts visits without consent."""
        if self._once.is_new("extended", name):
            self._log.info(
                "%s the cookie %s for a browser that has it already: it counts visits without consent, and "
                "later visits must not extend it (CNIL 2020-091, section 5)",
                self._blocked,
                toml_text(name),
                extra=fields("cookie", about="not extended"),
            )

    def too_wide(self, name: str, domain: str) -> None:
        """Log that the cookie `name`, which counts visits without consent, is for hosts that are not the
        site's."""
        if self._once.is_new("domain", name):
            self._log.warning(
                "%s the cookie %s: it counts visits without consent, and with Domain=%s it reaches more "
                "hosts than the site's own. Leave Domain out, or write hosts = [%s, %s] under [site]",
                self._blocked,
                toml_text(name),
                domain,
                toml_text(domain),
                toml_text(f"*.{domain}"),
                extra=fields("cookie", about="domain"),
            )

    def outlives_setting(self, cookie: Cookie, asked: float) -> None:
        """Log that a framework's `cookie` is set for `asked` seconds, longer than its settings say."""
        if self._once.is_new("lifetime", cookie.name):
            self._log.warning(
                "the application sets the cookie %s for %s, and the choices page says %s, as the framework's "
                "settings do. It passes as it is. For the page to say so:\n%s",
                toml_text(cookie.name),
                lifetime_text(asked),
                cookie.lifetime,
                _table(cookie, asked),
                extra=fields("cookie", about="lifetime"),
            )

    def misfiled(self, cookie: Cookie, category: str) -> None:
        """Log that the policy files a framework's `cookie` under a category that visitors can refuse."""
        if self._once.is_new("misfiled", cookie.name):
            self._log.warning("%s", misfiled(cookie, category), extra=fields("cookie", about="misfiled"))


def _table(cookie: Cookie, seconds: float) -> str:
    """Write the lines that declare `cookie` with a lifetime of this many `seconds`."""
    return (
        f"[[cookie]]\nname = {toml_text(cookie.name)}\ncategory = {toml_text(cookie.category)}\n"
        f"reason = {toml_text(cookie.reason or '')}\nlifetime = {toml_text(lifetime_text(seconds))}"
    )


def misfiled(cookie: Cookie, category: str) -> str:
    """Explain what happens to a framework's `cookie` that is filed under a `category` which is not
    necessary."""
    effect = (
        "never passes"
        if category == NEVER
        else "does not pass before visitors consent, nor after they refuse"
    )
    return (
        f"the policy files the framework's own cookie {toml_text(cookie.name)} under {toml_text(category)}: "
        f"it {effect}, and logins and forms that need it fail. Leave it out of the policy, or write "
        f"category = {toml_text(NECESSARY)} and reason = {toml_text(cookie.reason or '')}"
    )
