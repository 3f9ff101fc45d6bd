"""Policies that are made in code from something else: each error says what was expected and what to write."""

import re
from pathlib import Path

import pytest

from consentgate import Consent, Gate, Policies, Policy
from consentgate.testing import consent_cookie

KEY = "k" * 40


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Policy("consentgate.toml"), "site: expected a Site, not a str; Policy.load(path) reads"),
        (lambda: Policy({"site": {}}), "site: expected a Site, not a dict; Policy.load(path) reads"),
        (lambda: Policy.parse({"site": {}}), "text: expected the text of a policy, not dict; Policy.load"),
        (lambda: Policy.parse(b"[site]"), "text: expected the text of a policy, not bytes; Policy.load"),
        (lambda: Policies({"a.example": Policy()}), "not a dict; write Policies(policies.get)"),
        (lambda: Policies(Policy()), "not a Policy; one policy for all hosts goes to Gate(...) itself"),
        (lambda: Policies(lambda host: None, most_ready="5"), "most_ready: expected a number, not '5'"),
        (lambda: Policies(lambda host: None, recheck=None), "recheck: expected a number, not None"),
        (
            lambda: Consent.of_ids(Policy(), "performance"),
            "expected a list of ids of categories and services",
        ),
        (
            lambda: consent_cookie(Gate(Policy(), secret_key=KEY), "performance"),
            'like ["performance"], not a text',
        ),
        (
            lambda: Gate(Policy(), secret_key=KEY).rewrite("<p>", url="https://example.org/"),
            "html: expected bytes, as a response has them, not str",
        ),
        (
            lambda: Gate(Policy(), secret_key=KEY).rewrite(
                b"<p>", url="https://example.org/", grants="performance"
            ),
            'like ["performance"], not a text',
        ),
    ],
)
def test_what_is_of_the_wrong_type_is_said_with_what_to_write(make, said):
    with pytest.raises(TypeError, match=re.escape(said)):
        make()


def test_the_name_of_a_file_is_no_policy():
    with pytest.raises(ValueError, match=r"this is the name of a file: Policy\.load\(path\) reads one"):
        Policy.parse("policies/consentgate.toml")


def test_a_folder_without_policies_is_said_to_close_every_host(tmp_path: Path, caplog):
    Policies(tmp_path)
    assert "no policy file is in this folder, so that every host is closed" in caplog.text
    caplog.clear()
    (tmp_path / "default.toml").write_text("")
    Policies(tmp_path)
    assert caplog.messages == []
