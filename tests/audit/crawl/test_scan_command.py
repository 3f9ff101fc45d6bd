"""`consentgate scan` on sites on loopback: what it lists, writes and says."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from werkzeug.test import Client

from consentgate import Gate, Policy, wsgi
from consentgate.cli import main

ANSWERS = ("--controller", "Shop Ltd", "--contact", "privacy@shop.example", "--yes")
POLICY = '[site]\nname = "Shop"  # mine\ncontroller = "Shop Ltd"\ncontact = "privacy@shop.example"\n'
HOME = (
    b'<!doctype html><html lang="fr-CA"><link rel=stylesheet href=/a.css><a href=/news>news</a>'
    b'<iframe src="https://www.youtube.com/embed/x"></iframe><script src="https://cdn.nobody.example/x.js"></script>'
)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["scan", "--rate", "50", *map(str, arguments)])


@pytest.fixture
def shop(serve, sent):
    return serve(
        {
            "/": HOME,
            "/a.css": sent(b"@import '//fonts.googleapis.com/css';", headers=(("Content-Type", "text/css"),)),
            "/news": sent(
                b"<p>news",
                headers=(
                    ("Content-Type", "text/html"),
                    ("Set-Cookie", "basket=1; Max-Age=86400; Path=/"),
                    ("Set-Cookie", "sessionid=1; HttpOnly; Path=/"),
                ),
            ),
        }
    )


# -- the list ------------------------------------------------------------------------------------------------


def test_services_cookies_and_pages_are_listed_and_nothing_is_written(shop, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = run(shop.url)
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines() == [
        "Google Fonts (google-fonts)",
        f"  host  fonts.googleapis.com  stylesheet  /, by {shop.url}/a.css",
        "",
        "YouTube (youtube)",
        "  host  www.youtube.com  iframe  /",
        "",
        "nobody.example: the catalogue does not know it",
        "  host  cdn.nobody.example  script  /",
        "",
        "The site itself",
        "  cookie  basket     1 day              /news",
        "  cookie  sessionid  session, HttpOnly  /news",
        "",
    ]
    assert "what scripts do as they run was not seen" in result.stderr
    assert [*tmp_path.iterdir()] == []


def test_the_json_has_all_of_it(shop, tmp_path):
    file = tmp_path / "consentgate.toml"
    file.write_text(f'{POLICY}\n[[service]]\nuse = "youtube"\n\n[[service]]\nuse = "vimeo"\n')
    result = run(shop.url, "--policy", file, "--json", "--diff")
    assert result.exit_code == 1
    described = json.loads(result.stdout)
    youtube = described["services"][0]
    assert (youtube["id"], youtube["declared"], youtube["category"]) == ("youtube", True, "third-party")
    assert youtube["hosts"][0]["where"] == {"pages": [f"{shop.url}/"], "states": ["undecided"], "by": []}
    assert described["unseen_services"] == ["vimeo"]
    assert described["own"]["cookies"][0]["lifetime"] == 86400
    assert [page["status"] for page in described["pages"]] == [200, 200]
    assert described["policy"] == {
        "changes": True,
        "services": ["google-fonts"],
        "cookies": ["sessionid"],
        "questions": ["cdn.nobody.example", "basket"],
        "completed": {},
    }


# -- the policy ----------------------------------------------------------------------------------------------


def test_without_a_policy_one_is_written_and_a_second_run_adds_nothing(shop, tmp_path):
    file = tmp_path / "site.toml"
    result = run(shop.url, "--policy", file, *ANSWERS)
    assert result.exit_code == 0, result.output
    assert result.stderr.endswith(f"{file}: answer what it asks, then run consentgate check {file}\n")
    policy = Policy.load(file)
    assert [service.id for service in policy.services] == ["google-fonts", "youtube"]
    assert policy.site.languages == ("fr",)
    assert [(cookie.name, cookie.lifetime) for cookie in policy.cookies] == [("sessionid", "session")]
    text = file.read_text("utf-8")
    assert "None was found" not in text
    assert '# hosts = ["127.0.0.1", "our-bucket.cdn.example"]' in text
    again = run(shop.url, "--policy", file)
    assert again.exit_code == 0
    assert "lacks nothing of what was found, but 2 questions are open in its comments: " in again.stderr
    assert '"cdn.nobody.example", "basket"' in again.stderr
    assert file.read_text("utf-8") == text


def test_what_a_scan_has_asked_is_not_asked_again_for_the_running_site(shop, tmp_path):
    file, findings = tmp_path / "consentgate.toml", tmp_path / "findings.jsonl"
    assert run(shop.url, "--policy", file, *ANSWERS).exit_code == 0
    text = file.read_text("utf-8")
    assert '# name = "basket"\n' in text
    assert '# lifetime = "1 day"\n' in text
    found = (
        ("host", "cdn.nobody.example"),
        ("host reported", "cdn.nobody.example"),
        ("cookie", "basket"),
        ("cookie sent", "basket"),
        ("cookie sent", "sessionid"),
    )
    rows = [{"kind": kind, "name": name, "service": ""} for kind, name in found]
    findings.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    shown = run(shop.url, "--policy", file, "--from-findings", findings, "--diff")
    assert (shown.exit_code, shown.stdout) == (0, "")
    arguments = ["init", str(tmp_path), "--from-findings", str(findings), "--append"]
    assert CliRunner().invoke(main, arguments).exit_code == 0
    assert file.read_text("utf-8") == text


def test_what_the_running_site_has_asked_is_not_asked_again_by_a_scan(shop, tmp_path):
    file, findings = tmp_path / "consentgate.toml", tmp_path / "findings.jsonl"
    file.write_text(POLICY)
    rows = [("host reported", "cdn.nobody.example"), ("cookie sent", "basket"), ("cookie sent", "old")]
    lines = [json.dumps({"kind": kind, "name": name, "service": ""}) for kind, name in rows]
    findings.write_text("\n".join(lines))
    arguments = ["init", str(tmp_path), "--from-findings", str(findings), "--append"]
    assert CliRunner().invoke(main, arguments).exit_code == 0
    assert run(shop.url, "--policy", file, "--from-findings", findings).exit_code == 0
    text = file.read_text("utf-8")
    assert [text.count(f'# name = "{name}"\n') for _, name in rows] == [1, 1, 1]


@pytest.mark.parametrize(
    "before",
    [
        f"# head\n{POLICY}\n# tail",
        POLICY.replace("\n", "\r\n"),
        f"\ufeff{POLICY}",
        f'{POLICY}\n[[service]]\nuse = "hotjar"\n\n[[cookie]]\nname = "basket"\ncategory = "never"\n\n'
        '[[service]]\nuse = "vimeo"\n\n[banner]\n# the end\n',
    ],
)
def test_a_policy_that_is_there_keeps_its_bytes_and_its_mode(shop, tmp_path, before):
    target, file = tmp_path / "real.toml", tmp_path / "consentgate.toml"
    target.write_bytes(before.encode())
    target.chmod(0o640)
    file.symlink_to(target)
    result = run(shop.url, "--policy", file)
    assert result.exit_code == 0, result.output
    after = target.read_bytes()
    assert after.startswith(before.encode())
    assert {service.id for service in Policy.load(file).services} >= {"youtube", "google-fonts"}
    assert file.is_symlink()
    assert target.stat().st_mode & 0o777 == 0o640
    assert (b"\r\n" in after) == ("\r\n" in before)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["consentgate.toml", "real.toml"]


def test_with_a_policy_the_list_says_what_it_lacks_and_what_was_not_seen(shop, tmp_path):
    file = tmp_path / "consentgate.toml"
    declared = '[[service]]\nuse = "vimeo"\n\n[[cookie]]\nname = "basket"\ncategory = "never"\n'
    file.write_text(f'{POLICY}\n{declared}\n[[cookie]]\nname = "old"\ncategory = "performance"\n')
    lines = run(shop.url, "--policy", file).stdout.splitlines()
    assert "YouTube (youtube, not declared)" in lines
    assert "  cookie  basket     1 day                            /news" in lines
    assert "  cookie  sessionid  session, HttpOnly, not declared  /news" in lines
    assert lines[-2:] == [
        "Declared services that were not seen: vimeo",
        "Declared cookies that were not seen: old",
    ]


def test_an_empty_policy_is_one_with_mistakes(shop, tmp_path):
    file = tmp_path / "consentgate.toml"
    file.write_text("")
    result = run(shop.url, "--policy", file, *ANSWERS)
    assert result.exit_code == 1
    assert "[site]" in result.stderr
    assert shop.asked == []


def test_the_diff_fails_where_there_is_drift_and_writes_nothing(shop, tmp_path):
    file = tmp_path / "consentgate.toml"
    file.write_text(POLICY)
    result = run(shop.url, "--policy", file, "--diff")
    assert result.exit_code == 1
    assert result.stdout.startswith("--- a/consentgate.toml\n+++ b/consentgate.toml\n@@ ")
    assert '+use = "youtube"\n' in result.stdout
    assert file.read_text() == POLICY
    # It is a diff that other programs can apply.
    patched = subprocess.run(
        ["git", "apply", "-"], input=result.stdout, text=True, cwd=tmp_path, capture_output=True, check=False
    )
    assert patched.returncode == 0, patched.stderr
    result = run(shop.url, "--policy", file, "--diff")
    assert (result.exit_code, result.stdout) == (0, "")


def test_findings_are_merged(shop, tmp_path):
    file, findings = tmp_path / "consentgate.toml", tmp_path / "findings.jsonl"
    file.write_text(POLICY)
    findings.write_text('{"kind": "host", "name": "player.vimeo.com", "service": "vimeo"}\n')
    result = run(shop.url, "--policy", file, "--from-findings", findings)
    assert result.exit_code == 0, result.output
    assert {service.id for service in Policy.load(file).services} == {"youtube", "google-fonts", "vimeo"}


def test_what_only_the_makers_know_is_missed_before_the_site_is_asked(shop, tmp_path):
    result = run(shop.url, "--policy", tmp_path / "new.toml")
    assert result.exit_code == 2
    assert "missing: --controller, --contact" in result.output
    assert shop.asked == []


def test_a_wrong_policy_is_said_before_the_site_is_asked(shop, tmp_path):
    file = tmp_path / "consentgate.toml"
    file.write_text("[site]\nname = 5\n")
    assert run(shop.url, "--policy", file).exit_code == 1
    assert shop.asked == []


def test_hosts_of_the_policy_are_the_site(serve, tmp_path):
    site = serve({"/": b"<img src=https://cdn.shop-files.example/x><img src=https://other.example/y>"})
    file = tmp_path / "consentgate.toml"
    file.write_text(f'{POLICY}hosts = ["127.0.0.1", "cdn.shop-files.example"]\n')
    result = run(site.url, "--policy", file, "--diff")
    added = [line for line in result.stdout.splitlines() if line.startswith("+")]
    assert not any("shop-files" in line for line in added)
    assert '+# hosts = ["other.example"]' in added


# -- what it says --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({}, "answers with status 404"),
        ({"/": 302}, "leads to https://www.shop.example/. Scan that, or name its host with --also"),
        ({"/robots.txt": b"User-agent: consentgate\nDisallow: /"}, "robots.txt keeps crawlers out"),
        ({"/robots.txt": 500, "/": HOME}, "its robots.txt cannot be read now (status 500)"),
    ],
)
def test_a_site_that_cannot_be_read_is_said_in_a_line(serve, sent, answers, said):
    status = {
        302: sent(b"", 302, (("Location", "https://www.shop.example/"),)),
        500: sent(b"", 500),
    }
    site = serve(
        {path: status.get(one, one) if isinstance(one, int) else one for path, one in answers.items()}
    )
    result = run(site.url)
    assert result.exit_code == 1
    assert said in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "said", "code"),
    [
        (("mailto:a@b.example",), "expected an address", 2),
        (("127.0.0.1:9",), "with http:// or https:// in front", 2),
        (("localhost:9",), "with http:// or https:// in front", 2),
        (("shop.example",), "with http:// or https:// in front", 2),
        (("https://127.0.0.1:1/", "--also", "https://x.example"), "--also: expected a host", 1),
        (("http://127.0.0.1:9/",), "Error: http://127.0.0.1:9/: nobody answers: ", 1),
        (("http://127.0.0.1:9/", "--diff"), "--diff is for --policy FILE", 2),
        (("http://127.0.0.1:9/", "--diff", "--policy", "none.toml"), "there is no file none.toml", 2),
        (("http://127.0.0.1:9/", "--rate", "0"), "--rate", 2),
    ],
)
def test_a_wrong_command_is_refused(arguments, said, code):
    result = CliRunner().invoke(main, ["scan", *arguments])
    assert result.exit_code == code
    assert said in result.stderr
    assert "robots.txt" not in result.stderr


def test_a_server_without_tls_is_none_that_nobody_answers(serve):
    result = run(serve({"/": HOME}).url.replace("http:", "https:"))
    assert result.exit_code == 1
    assert "no secure connection: " in result.stderr


def test_what_was_not_seen_is_said(serve, sent):
    site = serve(
        {
            "/robots.txt": b"User-agent: *\nDisallow: /private",
            "/": b"<a href=/private><a href=/gone><a href=/huge>"
            + b"".join(b"<a href=/d/%d>" % n for n in range(9)),
            "/huge": b"<img src=https://early.example/>"
            + b" " * (5 << 20)
            + b"<img src=https://late.example/>",
            "*": b"ok",
            "/gone": sent(b"", 410),
        }
    )
    result = run(site.url, "--alike", 2)
    assert result.exit_code == 0, result.output
    for said in (
        f"robots.txt keeps crawlers out of 1 address: {site.url}/private",
        f"1 page came with an error: {site.url}/gone (410)",
        f"of 1 response only the beginning was read: {site.url}/huge",
        "7 links left out, to pages like those that were read: /d/*",
    ):
        assert f"Warning: {said}\n" in result.stderr
    assert "early.example" in result.stdout
    assert "late.example" not in result.stdout


def test_a_gate_in_front_of_the_site_is_noticed(serve):
    def page(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/html")])
        return [b"<!doctype html><html><head></head><body><p>hello</body></html>"]

    gated = Client(wsgi.ConsentMiddleware(page, Gate(Policy(), secret_key="x" * 40))).get("/")
    result = run(serve({"/": gated.data}).url)
    assert "a gate stands before the site" in result.stderr


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (HOME.decode().encode("utf-16"), "text/html"),
        (
            b'<meta charset=shift_jis><p>\x93\xfa\x96{<iframe src="https://www.youtube.com/embed/x">',
            "text/html",
        ),
        (b'<table><p <a href="/x"><iframe src="https://www.youtube.com/embed/x" </td><!-- ', "text/html"),
        (b'\xff\x00<<<< <iframe/src="https://www.youtube.com/embed/x">', "text/html; charset=nonsense"),
    ],
)
def test_odd_pages_are_read(serve, sent, data, media_type):
    result = run(serve({"/": sent(data, headers=(("Content-Type", media_type),))}).url)
    assert result.exit_code == 0, result.output
    assert "www.youtube.com" in result.stdout


def test_names_from_outside_do_nothing_to_a_terminal(serve, sent):
    headers = (("Content-Type", "text/html"), ("Set-Cookie", "a\x9b31m=1"))
    result = run(serve({"/": sent(b"", headers=headers)}).url)
    assert result.exit_code == 0, result.output
    assert "\x9b" not in result.output


def test_the_workflow_runs_a_command_that_there_is():
    workflow = Path(__file__).parents[3] / "contrib" / "scan-drift.yml"
    (line,) = [line for line in workflow.read_text().splitlines() if line.strip().startswith("consentgate ")]
    _, command, *arguments = shlex.split(line.partition("|")[0])
    context = main.commands[command].make_context(command, arguments)
    assert context.params["shows_diff"]


# -- stopped -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", [signal.SIGKILL, signal.SIGINT])
def test_a_scan_that_was_stopped_goes_on_where_it_was(serve, sent, tmp_path, way):
    reached, goes_on = threading.Event(), threading.Event()

    def waits(asked):
        reached.set()
        goes_on.wait(60)
        return sent(b'<iframe src="https://www.youtube.com/embed/x"></iframe>')

    links = b"".join(b"<a href=/%d/x>" % number for number in range(6))
    site = serve({"/": links, "/3/x": waits, "*": b"page"})
    state = tmp_path / "state.jsonl"
    # Jobs in the background, such as CI's, ignore SIGINT, and their children with them.
    heeded = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    program = f"{heeded}; from consentgate.cli import main; main(prog_name='consentgate')"
    command = [sys.executable, "-c", program, "scan", site.url, "--rate", "50", "--state", str(state)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ}
    ) as scan:
        assert reached.wait(60)
        scan.send_signal(way)
        goes_on.set()
        _, told = scan.communicate()
    if way is signal.SIGINT:
        assert scan.returncode == 130
        assert f"The same command goes on from {state}" in told
    before = [target for target in site.targets if target.endswith("/x")]
    result = run(site.url, "--state", state)
    assert result.exit_code == 0, result.output
    assert "www.youtube.com" in result.stdout
    asked = [target for target in site.targets if target.endswith("/x")]
    # The page that was under way is the only one that is asked for again.
    assert sorted(asked) == sorted([*(f"/{number}/x" for number in range(6)), before[-1]])
    again = len(site.asked)
    assert run(site.url, "--state", state).stdout == result.stdout
    assert site.targets[again:] == ["/robots.txt"]


def test_the_state_of_another_site_is_not_gone_on_with(shop, serve, tmp_path):
    state = tmp_path / "state.jsonl"
    assert run(shop.url, "--state", state).exit_code == 0
    result = run(serve({"/": b""}).url, "--state", state)
    assert result.exit_code == 1
    assert "holds the crawl of" in result.stderr
    unwritable = run(shop.url, "--state", tmp_path)
    assert unwritable.exit_code in (1, 2)
    assert not Path(tmp_path / "new").exists()


# -- a file in which others write ----------------------------------------------------------------------------


def test_what_somebody_writes_while_the_site_is_crawled_stays(serve, sent, tmp_path):
    file = tmp_path / "consentgate.toml"
    file.write_text(POLICY)
    (tmp_path / "consentgate.toml.new").write_text("mine")
    edited = POLICY + '\n[[service]]\nuse = "vimeo"\n'

    def home(*_):
        file.write_text(edited)
        return sent(HOME)

    result = run(serve({"/": home}).url, "--policy", file)
    assert result.exit_code == 0, result.output
    assert file.read_text().startswith(edited)
    assert "youtube" in file.read_text()
    assert sorted(one.name for one in tmp_path.iterdir()) == ["consentgate.toml", "consentgate.toml.new"]
    assert (tmp_path / "consentgate.toml.new").read_text() == "mine"
