"""Reads what django-cookie-consent has in its database, as `manage.py dumpdata cookie_consent` prints it."""

from __future__ import annotations

from .javascript import Value
from .model import ForeignCategory, ForeignConfiguration
from .values import cookies, items, table, text

GROUP, COOKIE = "cookie_consent.cookiegroup", "cookie_consent.cookie"


def read_django_cookie_consent(fixture: Value) -> ForeignConfiguration:
    """Read a list of serialised objects. Those of other models are left out."""
    groups: dict[int | str | float, ForeignCategory] = {}
    rows = [table(row) for row in items(fixture)]
    for row in rows:
        fields = table(row.get("fields"))
        if row.get("model") == GROUP and (id := text(fields.get("varname"))):
            group = ForeignCategory(
                id,
                {"": title} if (title := text(fields.get("name"))) else {},
                {"": description} if (description := text(fields.get("description"))) else {},
                required=fields.get("is_required") is True,
            )
            # A cookie names its group by its key, or by its natural key in a list.
            groups[id] = group
            if isinstance(pk := row.get("pk"), int | str):
                groups[pk] = group
    found, left_out = [], []
    for row in rows:
        fields = table(row.get("fields"))
        name = text(fields.get("name"))
        if row.get("model") != COOKIE or not name:
            continue
        key = fields.get("cookiegroup")
        key = key[0] if isinstance(key, list) and key else key
        owner = groups.get(key) if isinstance(key, int | str) else None
        if owner is None:
            left_out.append(f"the cookie {name}: its group is not in the file")
            continue
        found += [(owner.id, cookie) for cookie in cookies([name], text(fields.get("description")))]
    return ForeignConfiguration(
        "django-cookie-consent",
        tuple({group.id: group for group in groups.values()}.values()),
        cookies=tuple(found),
        left_out=tuple(left_out),
    )
