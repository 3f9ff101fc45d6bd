"""Findings in a file: each once in a process, by all processes of a site, and nothing of visitors."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from consentgate import Gate, Policies
from consentgate.gate.log.findings import MOST
from gate.conftest import MakeSite
from gate.driver import HTML, POLICY, SECRET, Page

REPORT_ONLY = POLICY.replace("[site]", "[site]\nreport_only = true")
BODY = (
    b'<img src="https://nobody.example/secret-path?secret=1"><iframe src="https://www.youtube.com/embed/x">'
)


def lines_of(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text("ascii").splitlines()]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "findings.jsonl"


def test_each_finding_is_written_once_with_names_alone(make_site: MakeSite, file: Path) -> None:
    page = Page(BODY, headers=[HTML, ("Set-Cookie", "who=secret-value"), ("Accept-CH", "DPR")])
    site = make_site(page, policy=REPORT_ONLY, findings=file)
    for _ in range(3):
        site.gets("/secret-page", "came=secret; _ga=secret")
    lines = lines_of(file)
    assert {(line["kind"], line["name"], line["service"]) for line in lines} == {
        (finding.kind, finding.name, finding.service) for finding in site.gate.findings
    }
    assert len(lines) == len(site.gate.findings)
    assert {"kind": "host", "name": "nobody.example", "service": ""} in lines
    assert {"kind": "host", "name": "www.youtube.com", "service": "youtube"} in lines
    assert {"kind": "cookie sent", "name": "_ga", "service": "google-analytics"} in lines
    assert "secret" not in file.read_text("ascii")


def test_of_several_policies_each_line_names_its_own(make_site: MakeSite, tmp_path: Path, file: Path) -> None:
    host = "www.example.org"
    for name in (host, "shop.example"):
        (tmp_path / f"{name}.toml").write_text(REPORT_ONLY)
    gate = Gate(Policies(tmp_path), secret_key=SECRET, findings=file)
    site = make_site(Page(b'<img src="https://nobody.example/a.png">'), gate=gate, host=host)
    for one in (host, "shop.example"):
        replace(site, host=one).gets()
    assert [(line["name"], Path(line["policy"]).name) for line in lines_of(file)] == [
        ("nobody.example", f"{host}.toml"),
        ("nobody.example", "shop.example.toml"),
    ]


def test_without_anything_found_there_is_no_file(make_site: MakeSite, file: Path) -> None:
    make_site(Page(b"<p>"), policy=REPORT_ONLY, findings=str(file)).gets()
    assert not file.exists()


@pytest.mark.parametrize("name", ["caf\u00e9\u2615", "a\nb", 'a"b', "x" * 5000])
def test_whatever_a_name_is_made_of_a_line_is_a_finding(make_site: MakeSite, file: Path, name: str) -> None:
    site = make_site(Page(b"<p>"), policy=REPORT_ONLY, findings=file)
    site.gate.enforcement_for("www.example.org").log.findings.add("host", name)
    site.gate.enforcement_for("www.example.org").log.findings.add("host", "next.example")
    *found, last = lines_of(file)
    assert last["name"] == "next.example"
    assert [line["name"] for line in found] == ([name] if len(name) < 1000 else [])


def test_visitors_cannot_fill_the_file(make_site: MakeSite, file: Path) -> None:
    site = make_site(Page(b"<p>"), policy=REPORT_ONLY, findings=file)
    for number in range(0, MOST + 200, 100):
        site.gets("/", "; ".join(f"c{number + n}=1" for n in range(100)))
    assert len(lines_of(file)) == MOST


def test_a_file_that_cannot_be_written_is_told_once_and_responses_go_on(
    make_site: MakeSite, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    site = make_site(Page(BODY), policy=REPORT_ONLY, findings=folder / "findings.jsonl")
    folder.rmdir()
    assert site.gets().body == site.gets("/", "who=1").body == BODY
    [message] = [message for message in caplog.messages if message.startswith("findings: cannot write")]
    assert "No such file" in message
    assert site.gate.findings


def test_a_gate_that_counts_nothing_says_so(
    make_site: MakeSite, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    make_site(Page(BODY), findings=file).gets()
    assert not file.exists()
    assert "findings: nothing is counted" in caplog.text


WORKER = """
import sys
from consentgate import Gate, Policy
file, policy, own = sys.argv[1:]
gate = Gate(Policy.load(policy), secret_key="k" * 32, findings=file)
findings = gate.enforcement_for("www.example.org").log.findings
sys.stdin.readline()
for number in range(300):
    findings.add("host", f"{own}-{number}.example")
    findings.add("host", f"shared-{number}.example")
"""


def test_processes_share_one_file_and_no_line_is_torn(tmp_path: Path, file: Path) -> None:
    policy = tmp_path / "consentgate.toml"
    policy.write_text(REPORT_ONLY, "utf-8")
    command = (sys.executable, "-c", WORKER, str(file), str(policy))
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    workers = [
        subprocess.Popen((*command, own), stdin=subprocess.PIPE, env=environment, text=True)
        for own in ("one", "two")
    ]
    # All write at once, as soon as all are there.
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write("go\n")
        worker.stdin.flush()
    assert [worker.wait() for worker in workers] == [0, 0]
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.close()
    names = [line["name"] for line in lines_of(file)]
    assert len(names) == 1200
    assert set(names) == {
        f"{who}-{number}.example" for who in ("one", "two", "shared") for number in range(300)
    }
