"""Scripts that do not run as they stand, but are run later."""

from __future__ import annotations

import pytest
from html_support import blocked, rewrite

E = "https://third.example/a.js"


@pytest.mark.parametrize(
    "type",
    [
        *("rocketlazyloadscript", "pmdelayedscript", "nitropack/inlinescript", "wphb-delay-type"),
        *("litespeed/javascript", "javascript/blocked", "text/psajs", "text/prioritypsajs", "text/phast"),
        *("text/debloat-script", "text/rtscript", "text/partytown", "PMDelayedScript"),
        *("0123456789abcdef-text/javascript", "0123456789abcdef-module", "9af-application/javascript"),
    ],
)
def test_a_parked_script_counts_as_one_that_runs(type: str) -> None:
    for html in (
        f'<script type="{type}" src={E}></script>',
        f'<script type="{type}">gtag("config", "G-1")</script>',
        f'<script type="{type}">import "{E}"</script>',
    ):
        assert rewrite(html) == b""
        assert len(blocked(html)) == 1
    html = f'<script type="{type}" src=/a.js></script><script type="{type}">a()</script>'
    assert rewrite(html).decode() == html


@pytest.mark.parametrize(
    "attribute",
    [
        *("data-src", "data-lazy-src", "data-rocket-src", "data-rocketlazyloadscript", "data-cfsrc"),
        *("data-pmdelayedscript", "data-wpmeteor-src", "data-litespeed-src", "data-pagespeed-orig-src"),
        "pagespeed_orig_src",
    ],
)
def test_a_parked_address_counts_as_one(attribute: str) -> None:
    for url in (E, f"data:text/javascript,import '{E}'", "data:text/javascript;base64,Z3RhZygiY29uZmlnIik="):
        assert rewrite(f'<script type=litespeed/javascript {attribute}="{url}"></script>') == b""


def test_a_script_with_an_address_is_fetched_whatever_its_language() -> None:
    assert rewrite(f"<script language=vbscript src={E}></script>") == b""
    html = f"<script language=vbscript>import '{E}'</script>"
    assert rewrite(html).decode() == html


@pytest.mark.parametrize(
    "html",
    [
        f'<script type="text/plain" data-src="{E}" data-cookieconsent=marketing></script>',
        f"<script type=text/plain data-category=ads>import '{E}'; gtag('config', 'G-1')</script>",
        f"<script type=text/template><img src={E}></script>",
        f"<script type=text/x-handlebars-template>import '{E}'</script>",
        f"<script type=module-shim>import '{E}'</script>",
        f'<script type=application/json>{{"from": "{E}"}}</script>',
        f'<script type=importmap>{{"imports": {{"a": "{E}"}}}}</script>',
    ],
)
def test_data_and_what_consent_managers_park_stay(html: str) -> None:
    assert rewrite(html).decode() == html
