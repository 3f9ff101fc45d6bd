"""`consentgate explain`: why each element of a page is blocked or passes."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from documentation.pages import blocks

from consentgate import Gate, Policy
from consentgate.cli import main

from .test_gate import ALL, PAGES, URL, needs_pages, own_url, policy_file


def run(*arguments: object, input: bytes | str | None = None) -> Result:
    return CliRunner().invoke(main, ["explain", *map(str, arguments)], input=input)


def explained(page: str, *arguments: object) -> list[dict]:
    result = run("-", *URL, "--json", *arguments, input=page)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def whys(page: str, *arguments: object) -> list[str]:
    return [
        f"{'passes' if row['passes'] else 'blocked'}: {row['why']}" for row in explained(page, *arguments)
    ]


@pytest.mark.parametrize(
    ("page", "why"),
    [
        ('<img src="/a.png">', "passes: first-party: www.example.org is the site itself"),
        (
            '<link rel=stylesheet href="//cdn.example.org/a.css">',
            "passes: first-party: cdn.example.org is the si",
        ),
        ('<div style="background:url(/a.png)">', "passes: first-party: www.example.org is the site itself"),
        (
            "<style>p{background:url(/a.png)}</style>",
            "passes: first-party: www.example.org is the site itself",
        ),
        ("<script>menu()</script>", "passes: inert: it loads nothing that the catalogue knows"),
        (
            "<script src=https://js.stripe.com/v3></script>",
            "passes: necessary: the policy declares Stripe so",
        ),
        (
            "<script src=https://static.hotjar.com/a></script>",
            'passes: granted: consent to "performance" covers',
        ),
        (
            '<iframe src="//youtube.com/embed/x"></iframe>',
            "blocked: it belongs to youtube, which the policy declares",
        ),
        ('<img src="//nobody.example/p.gif">', "blocked: nobody declares it; nothing opens it"),
        (
            "<script>fbq('track', 'Sale')</script>",
            'passes: inert: it only calls "meta-pixel", and a stub takes',
        ),
        ("<meta http-equiv=set-cookie content='sid=1'>", "passes: necessary: the policy declares sid so"),
    ],
)
def test_the_reason_why(tmp_path, page, why):
    policy = policy_file(
        tmp_path,
        """
        [[cookie]]
        name = "sid"
        category = "necessary"
        reason = "authentication"
        [[service]]
        use = "stripe"
        category = "necessary"
        reason = "payment"
        [[service]]
        use = "hotjar"
        [[service]]
        use = "youtube"
        [[service]]
        use = "meta-pixel"
        """,
    )
    (only,) = whys(page, "--policy", policy, "--grant", "performance")
    assert only.startswith(why)


@pytest.mark.parametrize(
    "page",
    [
        "<p class=a>text</p>",
        '<a href="https://nobody.example/">link</a>',
        '<form action="https://nobody.example/"></form>',
        '<link rel=canonical href="https://nobody.example/">',
        '<script type="application/ld+json">{}</script>',
        '<img src="data:image/png;base64,AAAA">',
    ],
)
def test_what_contacts_nobody_by_itself_is_not_listed(page):
    assert explained(page) == []


def test_all_is_listed_in_the_order_of_the_page():
    page = (
        '<!doctype html><meta charset=utf-8>\n<p>é<img src="/a.png" srcset="//nobody.example/b.png 2x">\n'
        '<object data="/a.svg"><img src="//nobody.example/c.png"><img src="/d.png"></object>'
    )
    rows = explained(page)
    assert [(row["line"], row["column"], row["passes"]) for row in rows] == [
        (2, 10, True),
        (2, 23, False),
        (3, 1, True),
        (3, 28, False),
        (3, 62, True),
    ]
    assert [row["markup"].partition(" ")[0] for row in rows] == ["<img", "<img", "<object", "<img", "<img"]
    data = page.encode()
    assert data[rows[2]["start"] : rows[2]["end"]].endswith(b"</object>")


def test_what_a_page_says_cannot_act_upon_the_terminal():
    result = run("-", *URL, input=b'<img src="/a.png?\x1b[31m\r\n\x9b">')
    assert result.exit_code == 0
    assert "\x1b" not in result.output


def test_long_markup_is_cut():
    (row,) = explained(f'<img src="/{"a" * 500}.png">')
    assert len(row["markup"]) == 75
    assert row["markup"].endswith("...")


def test_it_is_told_in_lines_too():
    page = '<img src="/a.png"><img src="//nobody.example/b.png">'
    lines = run("-", *URL, input=page).output.splitlines()
    assert lines == [
        '1:6: passes: <img src="/a.png"',
        "    first-party: www.example.org is the site itself",
        '1:24: BLOCKED: <img src="//nobody.example/b.png"',
        '    nobody declares it; consent to "third-party" opens it',
        "    To declare it:",
        "        [[service]]",
        '        id = "nobody-example"',
        '        name = "nobody.example"',
        '        category = "third-party"',
        '        hosts = ["nobody.example"]',
        "standard input: 1 blocked, 1 passing",
    ]


def test_what_is_not_declared_comes_with_the_lines_that_declare_it(tmp_path):
    page = """<iframe src="https://www.youtube.com/embed/x"></iframe><img src="//nobody.example/a.png">
        <img src="//nobody.example/b.png"><script src="https://static.hotjar.com/a"></script>
        <img src="/c.png"><script>fbq('init', '1');</script><iframe src="https://digg.com/x"></iframe>"""
    file = policy_file(tmp_path, '[[service]]\nuse = "hotjar"\n')
    rows = explained(page, "--policy", file)
    declared = {row["url"] or row["kind"]: row["declare"] for row in rows}
    assert declared["https://www.youtube.com/embed/x"] == '[[service]]\nuse = "youtube"'
    assert declared["https://static.hotjar.com/a"] == declared["/c.png"] == ""
    text = "\n".join((file.read_text(), *declared.values()))
    assert {"hotjar", "youtube", "nobody-example"} <= {service.id for service in Policy.parse(text).services}
    file.write_text(text)
    assert not any(row["declare"] for row in explained(page, "--policy", file))


@needs_pages
@pytest.mark.parametrize("file", PAGES[::6] or [Path("none")], ids=lambda file: file.stem)
def test_of_a_real_page_the_same_is_blocked_as_by_the_gate(file):
    arguments = own_url(file)
    gated = CliRunner().invoke(main, ["gate", str(file), *arguments, "--json"])
    rows = json.loads(run(file, *arguments, "--json").stdout)
    blocked = [(row["start"], row["end"], row["kind"], row["why"]) for row in rows if not row["passes"]]
    assert sorted(blocked) == sorted(
        (row["start"], row["end"], row["kind"], row["why"]) for row in json.loads(gated.stdout)
    )
    assert [row["start"] for row in rows] == sorted(row["start"] for row in rows)
    granted = json.loads(run(file, *arguments, *ALL, "--json").stdout)
    assert granted
    assert all(row["passes"] for row in granted)


def test_to_explain_changes_nothing_of_how_a_policy_is_enforced():
    from consentgate.consent import Consent
    from consentgate.html import Url
    from consentgate.html.rewriting.explained import explain_document

    page, policy = b'<img src="/a.png"><iframe src="/b.html"></iframe>' * 4, Policy()
    explain_document(page, Consent(policy), Url("https", "example.org", "/"))
    assert Gate(policy, secret_key="0" * 32).rewrite(page, url="https://example.org/").html == page


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--url", "example.org"), "Error: url: expected where the page is"),
        ((*URL, "--grant", "perfomance"), 'Error: the policy has no category or service "perfomance"'),
        ((*URL, "--charset", "utf-9"), "Error: --charset: expected an encoding"),
    ],
)
def test_what_is_wrong_is_said_in_a_line(arguments, message):
    result = run("-", *arguments, input=b"<p>")
    assert result.exit_code == 1
    assert result.output.startswith(message)


def test_the_documentation_shows_what_is_printed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    section = "consentgate explain: why something is blocked, or is not"
    (page,) = blocks("docs/cli.md", "html", section)
    _, shown = blocks("docs/cli.md", "text", section)
    Path("page.html").write_text(page, "utf-8")
    assert run("page.html", "--url", "https://example.org/").output == shown
