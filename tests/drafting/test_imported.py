"""Whatever the configuration of another consent manager holds, what is made of it is a policy that loads."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consentgate import Policy
from consentgate.drafting.foreign.model import NotThatFormat
from consentgate.drafting.foreign.reading import read_configuration
from consentgate.drafting.imported import languages_of, policy_from
from consentgate.drafting.site import SiteAnswers

KEYS = (
    *(
        "name",
        "title",
        "purposes",
        "cookies",
        "required",
        "description",
        "pattern",
        "translations",
        "de",
        "zz",
    ),
    *("consentModal", "autoClear", "services", "label", "sections", "linkedCategory", "cookieTable", "body"),
    *(
        "preferencesModal",
        "readOnly",
        "varname",
        "cookiegroup",
        "is_required",
        "fields",
        "model",
        "pk",
        "desc",
    ),
)
LEAVES = (
    *(None, True, 5, 1.5, "", "a", "x y", "{c}", "*", "never", "_ga", "sessionid", "youtube", "analytics"),
    *(
        "necessary",
        "performance",
        "de",
        "/x",
        "2 years",
        "cookie_consent.cookie",
        "cookie_consent.cookiegroup",
    ),
)
anything = st.recursive(
    st.sampled_from(LEAVES),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6),
    max_leaves=25,
)
rows = st.fixed_dictionaries(
    {
        "model": st.sampled_from(LEAVES[-2:]),
        "pk": anything,
        "fields": st.dictionaries(st.sampled_from(KEYS), anything, max_size=5),
    }
)
CONFIGURATIONS = {
    "klaro": st.fixed_dictionaries(
        {
            "services": st.lists(anything, max_size=3),
            "translations": anything,
            "lang": anything,
            "x": anything,
        }
    ),
    "cookieconsent": st.fixed_dictionaries(
        {
            "categories": st.dictionaries(
                st.sampled_from(("analytics", "never", "x y")), anything, max_size=3
            ),
            "language": st.fixed_dictionaries(
                {
                    "default": anything,
                    "translations": st.dictionaries(st.sampled_from(("de", "xx")), anything, max_size=2),
                }
            ),
        }
    ),
    "django-cookie-consent": st.lists(rows, min_size=1, max_size=4),
}


@pytest.mark.parametrize("kind", CONFIGURATIONS)
def test_a_policy_comes_of_whatever_is_read(kind: str) -> None:
    @given(CONFIGURATIONS[kind])
    @settings(max_examples=40)
    def check(configuration: object) -> None:
        try:
            read = read_configuration(json.dumps(configuration), kind)
        except NotThatFormat:
            return
        answers = SiteAnswers("Shop", "Shop Ltd", "c@shop.example", languages_of(read) or ("en",))
        assert Policy.parse(policy_from(read, answers).text).site.controller == "Shop Ltd"

    check()
