"""Metrics in the settings of frameworks."""

from __future__ import annotations

import flask
import pytest
from django.core.checks import run_checks
from django.test import override_settings
from gate.driver import POLICY, SECRET
from metrics.test_metrics import PAGE, Seen
from prometheus_client import CollectorRegistry

from consentgate import Policy
from consentgate.configuration import Configuration, Misconfigured
from consentgate.flask import ConsentGate
from consentgate.metrics import Metrics


def test_flask_counts() -> None:
    registry = CollectorRegistry()
    app = flask.Flask("metered")
    app.config.update(
        SECRET_KEY=SECRET, CONSENTGATE_POLICY=Policy.parse(POLICY), CONSENTGATE_METRICS=Metrics(registry)
    )
    app.add_url_rule("/", view_func=lambda: PAGE)
    ConsentGate(app)

    assert app.test_client().get("/", base_url="https://www.example.org/").data

    assert Seen.of(registry).named("consentgate_pages_total") == {("closed",): 1}


def test_a_setting_that_is_none_is_named() -> None:
    with pytest.raises(Misconfigured, match=r"CONSENTGATE_METRICS: expected Metrics of consentgate\.metrics"):
        Configuration({"METRICS": True, "SECRET_KEY": SECRET}, spelling="CONSENTGATE_{}").gate()


def test_django_takes_metrics() -> None:
    with override_settings(CONSENTGATE={"METRICS": Metrics(CollectorRegistry())}):
        assert not [found for found in run_checks() if "METRICS" in found.msg]
    with override_settings(CONSENTGATE={"METRICS": "prometheus"}):
        assert [found for found in run_checks() if "METRICS" in found.msg]
