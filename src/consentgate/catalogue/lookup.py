"""The catalogue as a whole: looks up services by URL, inline script, widget and cookie name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache

from . import loading
from .embeds import page_of
from .inline_calls import may_do_more
from .inline_scripts import InlineIndex, InlineScript
from .model import Entity, KnownConsentMode, KnownService, Widget
from .path_index import PathIndex
from .patterns import UrlPattern
from .script_files import ScriptFileIndex
from .share_links import Button, ButtonIndex
from .url_index import UrlIndex
from .widgets import WidgetIndex


class Catalogue:
    """Looks up the known service that a URL, script, element or cookie belongs to. It opens nothing.

    Some elements are social buttons: the catalogue knows the plain links that can replace them.
    `consent_modes` say how vendors' tags are told of consent.
    """

    def __init__(
        self,
        services: Iterable[KnownService],
        buttons: Iterable[Button] = (),
        consent_modes: Iterable[KnownConsentMode] = (),
    ) -> None:
        self._services = tuple(services)
        self.consent_modes = tuple(consent_modes)
        self._by_id = {service.id: service for service in self._services}
        if len(self._by_id) != len(self._services):
            raise ValueError("two services of the catalogue have the same id")
        self._by_name = {alias: service for service in self._services for alias in service.aliases}
        self._by_name |= self._by_id
        self._urls = UrlIndex((pattern, service) for service in self._services for pattern in service.urls)
        self._paths = PathIndex((path, service) for service in self._services for path in service.paths)
        self._scripts = ScriptFileIndex(self._services)
        self._inline = InlineIndex(self._services)
        self._buttons = ButtonIndex(buttons)
        self._widgets = WidgetIndex(self._services, self._buttons)
        self._cookies = _CookieIndex(self._services)
        self._with_buttons = {
            service.id
            for service in self._services
            if any(
                f".{host}".endswith(f".{url.host}") for url in service.urls for host in self._buttons.hosts
            )
        }

    @classmethod
    def load(cls) -> Catalogue:
        """Read the catalogue that ships with the package anew. `catalogue()` reads it once."""
        return cls(loading.services(), loading.buttons(), loading.consent_modes())

    @property
    def services(self) -> tuple[KnownService, ...]:
        """The services, in the order of the data file."""
        return self._services

    def service(self, id: str) -> KnownService | None:
        """Return the service of this id, or None."""
        return self._by_id.get(id)

    def named(self, name: str) -> KnownService | None:
        """Return the service with this id or alias, or None."""
        return self._by_name.get(name)

    def by_url(self, host: str, path: str = "/") -> KnownService | None:
        """Return the service that a URL belongs to, or None. `host` is lowercase ASCII, and `path` has no
        query."""
        if service := self._urls.find(host, path):
            return service
        return self._paths.find(path)

    def on_host(self, host: str) -> tuple[KnownService, ...]:
        """Return the services that have any URL on `host` (lowercase ASCII), those with the most patterns
        there first."""
        patterns = Counter(service.id for service in self._urls.on_host(host))
        return tuple(self._by_id[id] for id, _ in patterns.most_common())

    def by_path(self, path: str) -> KnownService | None:
        """Return the service that a `path` (without query) gives away on any host, or None."""
        return self._paths.find(path)

    def by_script_file(self, path: str, query: str, attributes: Mapping[str, str]) -> KnownService | None:
        """Return the service whose script an element loads, or None, by signs that hold on any host: the
        `path` and `query` of the script's URL, and the element's `attributes` (names in lowercase)."""
        return self._scripts.service_of(path, query, attributes)

    def page_of_embed(self, url: str, host: str, path: str) -> str:
        """Return the address of the vendor's page that shows the same as a frame at `url`, which leads to
        this `host` and `path`; "" where that page is not known."""
        service = self.by_url(host, path)
        return page_of(service.embeds, url) if service is not None and service.embeds else ""

    def sharers(self, service: KnownService) -> tuple[KnownService, ...]:
        """Return the other services that share a loader with `service`, if the loader is filed under
        `service`."""
        filed = {pattern for pattern in service.urls if self._first_with(pattern) is service}
        return tuple(other for other in self._services if other is not service and filed & {*other.urls})

    def _first_with(self, pattern: UrlPattern) -> KnownService:
        return next(service for service in self._services if pattern in service.urls)

    def host_is_whole(self, host: str) -> bool:
        """Say whether `by_url` gives the same for all paths of this host, but for those that `by_path`
        knows."""
        return self._urls.is_whole(host)

    def may_have_path(self, url: str) -> bool:
        """Say whether `by_path` may know the path of `url`, whatever escapes are in it."""
        return self._paths.may_be_in(url)

    def may_be_script_file(self, url: str, names: Iterable[str]) -> bool:
        """Say whether `by_script_file` may know the script at `url`, whatever escapes are in it, of an
        element with attributes of these `names`."""
        return self._scripts.may_be_in(url, names)

    def by_inline(self, script: InlineScript) -> tuple[KnownService, ...]:
        """Return every service that an inline script loads or calls, in the order of the data file."""
        return self._inline.services_in(script)

    def called_by_inline(self, script: InlineScript) -> tuple[KnownService, ...]:
        """Return the services that an inline script calls by their globals, if it does nothing else. A script
        that may do more, such as load or start a service, gives an empty tuple."""
        found = [*self._inline.signatures_in(script)]
        calls = all(not one.loads and one.token.decode() in service.globals for one, service in found)
        return tuple(service for _, service in found) if calls and not may_do_more(script) else ()

    def words_of_inline(self, script: InlineScript) -> list[str]:
        """Return the texts in an inline script by which a service is recognised."""
        return self._inline.words(script)

    def by_markup(self, tag: str, attributes: Mapping[str, str]) -> Widget | None:
        """Return the widget that an element is, or None. The names of tag and attributes are lowercase."""
        return self._widgets.recognise(tag, attributes)

    def has_buttons(self, id: str) -> bool:
        """Say whether social buttons are loaded from the hosts of the service with this id."""
        return id in self._with_buttons

    def buttons_at(self, host: str, path: str) -> tuple[Button, ...]:
        """Return the social buttons that could be an element which loads from this host and path."""
        return self._buttons.at(host, path)

    def has_closed(self, id: str | None) -> bool:
        """Say whether the service with this id has ended."""
        service = self._by_id.get(id) if id else None
        return service is not None and service.closed

    def by_cookie(self, name: str) -> KnownService | None:
        """Return the service that is known to set a cookie of this name on a site's own host. It is a label:
        a name proves nothing."""
        return self._cookies.setter_of(name)

    def read_all(self) -> None:
        """Read the files that have not been read yet, so that no later call waits for a disk."""
        _entities()

    def entity(self, host: str) -> Entity | None:
        """Return the company behind a host (lowercase ASCII), or None. Far more hosts are known than
        services."""
        return _entities().find(host)

    # Whoever looks for widgets can skip all markup that these patterns do not match: it is no widget that
    # would have to go. Each pattern is one non-capturing group, and matches a whole name.

    def widget_tag_pattern(self) -> str:
        """Return a regular expression for the tag names (lowercase) of widgets that do not stay."""
        return self._widgets.pattern("tag")

    def widget_class_pattern(self) -> str:
        """Return a regular expression for the class tokens of widgets that do not stay."""
        return self._widgets.pattern("class")

    def widget_id_pattern(self) -> str:
        """Return a regular expression for the ids of widgets that do not stay."""
        return self._widgets.pattern("id")

    def widget_attribute_pattern(self) -> str:
        """Return a regular expression for the attribute names (lowercase) of widgets that do not stay."""
        return self._widgets.pattern("attribute")

    def widget_value_patterns(self) -> list[tuple[str, str]]:
        """Return the names of attributes that give a widget away by their value, each with a regular
        expression for the value."""
        return self._buttons.values()

    # Whoever looks for scripts on the site's own hosts can skip those without one of these signs.

    def own_paths(self) -> tuple[str, ...]:
        """Return the globs of all paths that may give a service away on the site's own hosts."""
        return (*(path for service in self._services for path in service.paths), *self._scripts.paths)

    def script_ids(self) -> tuple[str, ...]:
        """Return regular expressions for the `id` in a query that may give a script away."""
        return self._scripts.ids

    def script_attributes(self) -> frozenset[str]:
        """Return the names of the attributes (lowercase) that may give a script away."""
        return self._scripts.attributes


@cache
def catalogue() -> Catalogue:
    """Return the catalogue that ships with the package, read once."""
    return Catalogue.load()


@cache
def _entities() -> UrlIndex[Entity]:
    # Not read with the services: only labels in logs and reports need these three thousand rows.
    return UrlIndex(loading.entities())


class _CookieIndex:
    """Finds the service that sets a cookie, by the cookie's name."""

    __slots__ = ("_exact", "_longest", "_prefixes")

    def __init__(self, services: Iterable[KnownService]) -> None:
        self._exact: dict[str, KnownService] = {}
        self._prefixes: dict[str, KnownService] = {}
        for service in services:
            for cookie in service.cookies:
                names = self._prefixes if cookie.name.endswith("*") else self._exact
                names.setdefault(cookie.name.removesuffix("*"), service)
        self._longest = max(map(len, self._prefixes), default=0)

    def setter_of(self, name: str) -> KnownService | None:
        if service := self._exact.get(name):
            return service
        for length in range(min(len(name), self._longest), 0, -1):
            if service := self._prefixes.get(name[:length]):
                return service
        return None
