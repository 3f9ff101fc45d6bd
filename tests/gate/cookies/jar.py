"""A browser's cookie store, as far as RFC 6265bis (sections 5.6 to 5.8) says what is kept, sent and deleted;
with the partitions of CHIPS."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Key:
    """What makes two cookies the same one."""

    name: str
    domain: str
    host_only: bool
    path: str
    partitioned: bool


@dataclass
class Jar:
    """Keeps the cookies of one host, which is asked over https by a page of its own."""

    host: str
    cookies: dict[Key, str] = field(default_factory=dict)

    def receives(self, line: str, path: str) -> None:
        """Store or delete what a Set-Cookie header of a response to `path` says."""
        pair, *attributes = (part.strip(" \t") for part in line.split(";"))
        name, separator, value = pair.partition("=")
        name, value = (name.strip(" \t"), value.strip(" \t")) if separator else ("", pair)
        if not name and not value:
            return
        said = {a.partition("=")[0].strip().lower(): a.partition("=")[2].strip() for a in attributes}
        domain = said.get("domain", "").lstrip(".").lower()
        if domain and not (self.host == domain or self.host.endswith(f".{domain}")):
            return
        where = said.get("path", "")
        if not where.startswith("/"):
            where = path.partition("?")[0].rpartition("/")[0] or "/"
        if name.lower().startswith("__host-") and (domain or where != "/" or "secure" not in said):
            return
        if "partitioned" in said and "secure" not in said:
            return
        key = Key(name, domain or self.host, not domain, where, "partitioned" in said)
        if said.get("max-age") == "0":
            self.cookies.pop(key, None)
        else:
            self.cookies[key] = value

    def sends(self, path: str) -> str:
        """The `cookie` header of a request for `path`."""
        path = path.partition("?")[0]
        keys = [key for key in self.cookies if _matches(key.path, path)]
        keys.sort(key=lambda key: -len(key.path))
        return "; ".join(f"{k.name}={self.cookies[k]}" if k.name else self.cookies[k] for k in keys)


def _matches(cookie_path: str, path: str) -> bool:
    if cookie_path == path:
        return True
    return path.startswith(cookie_path) and (cookie_path.endswith("/") or path[len(cookie_path)] == "/")
