"""`consentgate init --from-findings`: what a running site has written down, and its policy lacks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from consentgate import Gate, Policy, wsgi
from consentgate.cli import main

SITE = b'[site]\nname = "Shop"  # mine\ncontroller = "Shop Ltd"\ncontact = "privacy@shop.example"\n'
MORE = b'\n[[service]]\nuse = "youtube"\n\n[[cookie]]\nname = "theme"\ncategory = "performance"\n'
ANSWERS = ("--controller", "Shop Ltd", "--contact", "privacy@shop.example", "--yes")


def run(folder: Path, *arguments: object) -> Result:
    return CliRunner().invoke(main, ["init", *map(str, (folder, *arguments))])


def findings(folder: Path, *found: tuple[str, str, str], name: str = "findings.jsonl") -> Path:
    file = folder / name
    lines = [json.dumps(dict(zip(("kind", "name", "service"), one, strict=True))) for one in found]
    file.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return file


FOUND = (
    ("host", "www.youtube.com", "youtube"),
    ("host", "player.vimeo.com", "vimeo"),
    ("host", "nobody.example", ""),
    ("host reported", "script.example", ""),
    ("host reported", "static.hotjar.com", "hotjar"),
    ("service", "Google+", "google-plus"),
    ("cookie", "theme", ""),
    ("cookie", "seen", ""),
    ("cookie", "remember_token", ""),
    ("cookie sent", "seen", ""),
    ("cookie sent", "_ga", "google-analytics"),
    ("cookie sent", "AWSALB", ""),
    ("entry reported", "cart:*", ""),
    ("header", "accept-ch", ""),
)


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    file = tmp_path / "consentgate.toml"
    file.write_bytes(SITE + MORE)
    return file


def test_only_what_the_policy_lacks_is_printed_and_the_file_stays(tmp_path, policy):
    result = run(tmp_path, "--from-findings", findings(tmp_path, *FOUND))
    assert result.exit_code == 0, result.output
    assert policy.read_bytes() == SITE + MORE
    whole = Policy.parse((SITE + MORE).decode() + result.stdout)
    # What the site itself does is declared where it is known. The rest is asked.
    assert [service.id for service in whole.services] == ["youtube", "vimeo"]
    assert [cookie.name for cookie in whole.cookies] == ["theme", "remember_token"]
    for asked in (
        "nobody.example",
        "script.example",
        "hotjar",
        "google-analytics",
        "AWSALB",
        "cart:*",
        "seen",
    ):
        assert f'= "{asked}"' in result.stdout
    assert "Google+ has closed" in result.stdout
    assert "accept-ch" in result.stdout
    assert "youtube" not in result.stdout


@pytest.mark.parametrize("before", [SITE + MORE, (SITE + MORE).replace(b"\n", b"\r\n"), SITE + MORE[:-1]])
def test_it_is_appended_and_all_bytes_before_it_stay(tmp_path, policy, before):
    policy.write_bytes(before)
    file = findings(tmp_path, *FOUND)
    assert run(tmp_path, "--from-findings", file, "--append").exit_code == 0
    after = policy.read_bytes()
    assert after.startswith(before)
    added = after[len(before) :]
    assert (b"\r\n" in added) == (b"\r\n" in before)
    assert added.count(b"\n") == (added.count(b"\r\n") or added.count(b"\n"))
    assert {service.id for service in Policy.load(policy).services} == {"youtube", "vimeo"}

    # A second time nothing is missing, questions included.
    again = run(tmp_path, "--from-findings", file, "--append")
    assert again.exit_code == 0
    assert "lacks nothing" in again.stderr
    assert policy.read_bytes() == after


def test_hosts_of_the_site_are_not_missing(tmp_path, policy):
    policy.write_bytes(SITE + b'hosts = ["shop.example", "cdn.example"]\n')
    result = run(tmp_path, "--from-findings", findings(tmp_path, ("host", "cdn.example", "")))
    assert result.stdout == ""


def test_files_of_several_machines_are_merged_and_half_lines_left_out(tmp_path, policy):
    one = findings(tmp_path, FOUND[1], name="one.jsonl")
    two = findings(tmp_path, FOUND[1], FOUND[2], name="two.jsonl")
    with two.open("a") as opened:
        opened.write(
            '{"kind": "host", "na\n[]\n' + '{"kind": "host", "name": 5, "service": ""}\n' + "[" * 9999
        )
    result = run(tmp_path, "--from-findings", one, "--from-findings", two, "--json")
    assert json.loads(result.stdout)["services"] == ["vimeo"]
    assert json.loads(result.stdout)["questions"] == ["nobody.example"]
    assert "left out 4 lines" in result.stderr


def test_without_a_policy_one_is_written_with_what_was_found(tmp_path):
    result = run(tmp_path, *ANSWERS, "--from-findings", findings(tmp_path, *FOUND))
    assert result.exit_code == 0, result.output
    policy = Policy.load(tmp_path / "consentgate.toml")
    assert {service.id for service in policy.services} == {"youtube", "vimeo"}
    assert [cookie.name for cookie in policy.cookies] == ["remember_token"]


@pytest.mark.parametrize("name", ["a\n[[service]]", 'a"\nuse = "youtube"', "\x1b[31m", "x" * 900, "\u2028"])
@pytest.mark.parametrize("kind", ["host", "cookie", "cookie sent", "host reported", "header"])
def test_no_name_writes_anything_but_itself(tmp_path, policy, kind, name):
    result = run(tmp_path, "--from-findings", findings(tmp_path, (kind, name, "")), "--append")
    assert result.exit_code == 0, result.output
    assert [service.id for service in Policy.load(policy).services] == ["youtube"]
    added = policy.read_text("utf-8")[len(SITE + MORE) :]
    assert all(line.startswith("#") for line in added.splitlines() if line)


@pytest.mark.parametrize(
    ("text", "said"),
    [(b"[site]\n", "contact"), (b"service = [1]\n" + SITE, "[[service]]"), (b"\xff", "UTF-8")],
)
def test_a_policy_with_mistakes_is_not_added_to(tmp_path, policy, text, said):
    policy.write_bytes(text)
    result = run(tmp_path, "--from-findings", findings(tmp_path, *FOUND), "--append")
    assert result.exit_code == 1
    assert said in result.output
    assert policy.read_bytes() == text


def test_append_is_for_findings(tmp_path):
    result = run(tmp_path, *ANSWERS, "--append")
    assert result.exit_code == 2
    assert "--append is for --from-findings" in result.output


def test_from_a_site_that_only_reports_to_one_that_has_nothing_left_to_find(tmp_path, policy):
    policy.write_bytes(SITE + b"report_only = true\n")
    file = tmp_path / "findings.jsonl"

    def application(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/html"), ("Set-Cookie", "remember_token=1")])
        return [b'<!doctype html><iframe src="https://player.vimeo.com/video/1"></iframe>']

    def visit() -> None:
        gate = Gate(Policy.load(policy), secret_key="k" * 32, findings=file)
        site = wsgi.ConsentMiddleware(application, gate)
        environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "HTTP_HOST": "shop.example"}
        environ |= {"SERVER_NAME": "shop.example", "SERVER_PORT": "443", "wsgi.url_scheme": "https"}
        assert b"".join(site(environ, lambda *_: None))

    visit()
    assert run(tmp_path, "--from-findings", file, "--append").exit_code == 0
    visit()
    assert "lacks nothing" in run(tmp_path, "--from-findings", file).stderr
    assert {service.id for service in Policy.load(policy).services} == {"vimeo"}


def test_of_many_policies_only_what_is_about_the_file_is_taken(tmp_path):
    file = tmp_path / "shop.example.toml"
    file.write_bytes(SITE)
    places = {"shop": "/srv/policies/shop.example.toml", "city": "/srv/policies/_.city.example.toml"}
    lines = [
        {"kind": "host", "name": f"{name}.example", "service": "", "policy": place}
        for name, place in (*places.items(), ("windows", r"C:\policies\shop.example.toml"), ("odd", 3))
    ]
    found = tmp_path / "findings.jsonl"
    found.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    result = run(tmp_path, "--output", file, "--from-findings", found, "--json")
    assert "left out 2 lines that are not about a policy named shop.example.toml" in result.stderr
    assert json.loads(result.stdout)["questions"] == ["shop.example", "windows.example"]
