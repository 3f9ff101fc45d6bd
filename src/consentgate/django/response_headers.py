"""Reads and replaces the headers and cookies of a Django response."""

from __future__ import annotations

from collections.abc import Container
from http.cookies import Morsel, SimpleCookie

from django.http.response import HttpResponseBase

from consentgate.gate import Header

CookiesByLine = dict[str, "Morsel[str]"]
"""A response's cookies, by the Set-Cookie lines that set them."""


def cookies_of(response: HttpResponseBase) -> CookiesByLine:
    """Return the cookies of `response` by their Set-Cookie lines."""
    return {morsel.OutputString(): morsel for morsel in response.cookies.values()}


def set_headers(response: HttpResponseBase, headers: list[Header], cookies: CookiesByLine) -> None:
    """Give `response` these headers and no others.

    Django keeps one value for each name. Several values are joined, which means the same (RFC 9110, section
    5.3). A cookie in `cookies` whose line has not changed stays the same object, so that other code can still
    read its attributes.
    """
    joined: dict[str, list[str]] = {}
    names: dict[str, str] = {}
    response.cookies = SimpleCookie()
    for number, (name, value) in enumerate(headers):
        if name.lower() == "set-cookie":
            line = cookies.get(value) or SentLine(value)
            key = line.key if line.key not in response.cookies else f"{line.key} {number}"
            dict.__setitem__(response.cookies, key, line)
        else:
            names.setdefault(name.lower(), name)
            joined.setdefault(name.lower(), []).append(value)
    for name in [name for name in response.headers if name.lower() not in joined]:
        del response.headers[name]
    for key, values in joined.items():
        value = ", ".join(values)
        if response.headers.get(key) != value:
            response.headers[names[key]] = value


class SentLine(Morsel[str]):
    """A Set-Cookie line that is sent as it is, whatever its attributes, until the cookie is set anew."""

    def __init__(self, line: str) -> None:
        super().__init__()
        self._line = line
        name, _, value = line.partition(";")[0].partition("=")
        self._name, self._text, self._coded = name.strip(), value.strip(), value.strip()

    @property
    def key(self) -> str:
        return self._name

    @property
    def value(self) -> str:
        return self._text

    @property
    def coded_value(self) -> str:
        return self._coded

    def set(self, key: str, val: str, coded_val: str) -> None:
        """Set the cookie anew, as test clients do with the cookies that they received."""
        self._name, self._text, self._coded, self._line = key, val, coded_val, ""

    def OutputString(self, attrs: Container[str] | None = None) -> str:
        return self._line or super().OutputString(attrs)
