"""Recognises inline scripts that do nothing with services but call them.

`InlineScript.loads` says what a script plainly does. This says what it might do: a script stays in the page
only where nothing in it hints at more than a call.
"""

from __future__ import annotations

import re

from .inline_scripts import InlineScript

_REQUESTS = (
    *("fetch", "XMLHttpRequest", "sendBeacon", "ajax", "getJSON", "getScript", "loadScript"),
    *("injectScript", "loadJS", "injectJS", "axios", "superagent", "require", "requirejs", "import"),
    *("importScripts", "System", "WebSocket", "EventSource", "WebTransport", "RTCPeerConnection"),
    *("Worker", "SharedWorker", "Worklet", "serviceWorker", "register", "submit", "action", "prefetch"),
    "preconnect",
)
_ELEMENTS = (
    *("createElement", "createElementNS", "cloneNode", "importNode", "Image", "Audio", "Option"),
    *("FontFace", "appendChild", "append", "appendTo", "prepend", "before", "after", "insertBefore"),
    *("replaceWith", "insertAdjacentElement", "insertNode", "replaceChild", "replaceChildren"),
    *("setAttribute", "setAttributeNS", "attr", "prop", "src", "srcset", "srcdoc", "poster", "data"),
    *("background", "backgroundImage", "cssText", "style", "insertRule", "replaceSync", "setProperty"),
    *("attributes", "tileLayer"),
)
_MARKUP = (
    *("innerHTML", "outerHTML", "insertAdjacentHTML", "createContextualFragment", "setHTMLUnsafe"),
    *("html", "write", "writeln", "parseFromString", "DOMParser", "execCommand"),
)
_STORES = ("cookie", "cookieStore", "localStorage", "sessionStorage", "indexedDB", "caches", "storage")
_HIDES = (
    *("eval", "Function", "constructor", "Reflect", "Proxy", "defineProperty", "atob", "fromCharCode"),
    *("unescape", "decodeURI", "decodeURIComponent"),
)
_DOES_MORE = frozenset(
    word.encode() for words in (_REQUESTS, _ELEMENTS, _MARKUP, _STORES, _HIDES) for word in words
)

_HINTS = re.compile(
    # The beginning of an address. In a comment a space follows the slashes.
    rb"//\S"
    # A member that is accessed by a name in quotes.
    rb"|[\w$)\]]\s*+\[\s*+[\"'`]"
    # `open` of a window. A method `open` of another object is something else.
    rb"|(?:(?<![.\w$])|\b(?:window|self|top|parent|globalThis)\s{0,9}+\.\s*+)open\s*+\("
    # Calls that start a service. Its script may be a file of the site's own.
    rb"|(?<!Listener)[(\[]\s*+[\"'](?:init|create|boot|load|start|config|js|set\w{0,40}+)[\"']"
    rb"|\.\s*+(?:init|boot|load|start|page|get[A-Z]\w{0,40}+|create[A-Z]\w{0,40}+)\s*+\("
    # Escapes, which may spell anything.
    rb"|\\[ux0-7]"
)


def may_do_more(script: InlineScript) -> bool:
    """Say whether a script may load, store, insert or start something, or conceals what it does."""
    return bool(script.words_among(_DOES_MORE)) or _HINTS.search(script.text) is not None
