"""A site's own templates: what they may be, and what the message says of others."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from consentgate import Consent, Gate, Policy, PolicyError
from consentgate.pages import Pages, Shows, check_templates
from consentgate.pages.templating import digest_of
from consentgate.policy import Theme

from .support import POLICY, document, fragment, words

OURS = Path(__file__).parents[2] / "src" / "consentgate" / "pages" / "templates"
SITE = msgspec.structs.replace(POLICY.site, privacy_url="/privacy", languages=("en", "ar"))
Folder = Callable[..., Policy]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """`folder(banner=...)`: a policy with these templates."""

    def made(**templates: str) -> Policy:
        for name, text in templates.items():
            (tmp_path / f"{name}.html").write_text(text, "utf-8")
        return replace(POLICY, site=SITE, theme=Theme(templates=str(tmp_path)))

    return made


def ours(name: str, *changes: tuple[str, str]) -> str:
    text = (OURS / f"{name}.html").read_text("utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text


def mistakes(policy: Policy) -> list[str]:
    with pytest.raises(PolicyError) as caught:
        check_templates(policy)
    return [mistake.expected for mistake in caught.value.mistakes]


def test_our_own_templates_are_fine_as_they_are(folder):
    check_templates(folder(banner=ours("banner"), choices=ours("choices"), page=ours("page")))
    check_templates(POLICY)


def test_a_template_may_add_and_move_things(folder):
    policy = folder(
        banner=ours(
            "banner",
            ('<h2 id="title">', '<p>Our shop, <i>{{ site.name }}</i></p><h2 id="title">'),
            ('<p class="consentgate-typed">{{ words.typed }}</p>', ""),
            ("<ul aria-label", '<div><p class="consentgate-typed">{{ words.typed }}</p></div><ul aria-label'),
        ),
        page='{% extends "consentgate/page.html" %}',
        choices='{% extends "consentgate/choices.html" %}'
        "{% block main %}<nav><a href=/shop>Shop</a></nav>{{ super() }}{% endblock %}",
    )
    check_templates(policy)
    pages = Pages(policy)
    assert "Our shop, Example Gazette" in words(fragment(pages.banner("/")))
    assert "Our shop" not in words(fragment(pages.banner("/", shows=Shows.LINK)))
    assert "/shop" in [
        link.attrib["href"] for link in document(pages.choices(Consent(policy), "/")).iter("a")
    ]


def test_refusing_may_come_first(folder):
    accept = '<button class="consentgate-button" name="decision" value="accept">{{ words.accept }}</button>\n'
    refuse = accept.replace("accept", "refuse")
    check_templates(folder(banner=ours("banner", (accept + refuse, refuse + accept))))


REFUSE = '<button class="consentgate-button" name="decision" value="refuse">{{ words.refuse }}</button>'
NO_LINK_TO = 'missing: expected a link to "'
INTRO = "<p>{{ words.intro.format(controller=site.controller) }}</p>"
BOX_LABEL = "<span><b>{{ purpose.title }}</b> {{ purpose.description }}</span></label>"
NEXT = '<input type="hidden" name="next" value="{{ next_value }}">'
SENT = "is sent by post to /_privacy/choices"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (REFUSE, "", f'missing: expected a button decision="refuse" that {SENT}'),
        (REFUSE, f"<details>{REFUSE}</details>", f'missing: expected a button decision="refuse" that {SENT}'),
        (REFUSE, f"<div>{REFUSE}</div>", "expected accepting and refusing side by side"),
        (
            REFUSE,
            REFUSE.replace("<button", '<button id="no"'),
            "expected accepting and refusing side by side",
        ),
        (REFUSE, REFUSE.replace("consentgate-button", ""), "expected accepting and refusing side by side"),
        (
            REFUSE,
            REFUSE.replace("<button", '<button style="opacity:0"'),
            'expected no further attribute "style"',
        ),
        ("<button", '<button formaction="/elsewhere"', 'expected no further attribute "formaction"'),
        (REFUSE, REFUSE.replace("<button", "<button hidden"), 'expected no further attribute "hidden"'),
        (
            REFUSE,
            REFUSE.replace("{{ words.refuse }}", "No, I hate it"),
            'expected the words "Refuse" on a button',
        ),
        (REFUSE, REFUSE + REFUSE.replace("refuse", "accept"), "expected no further control that decides"),
        (REFUSE, f"<!-- {REFUSE} -->", f'missing: expected a button decision="refuse" that {SENT}'),
        (NEXT, "", f'missing: expected a hidden field next="/a/page" that {SENT}'),
        ("<form method", "<form data-x method", ""),
        (
            "<form method",
            '<form action="https://evil.example/"><form method',
            "expected no <form>",
        ),
        ("<button", '<button value="accept" value="refuse"', "missing: expected a button"),
        ('type="checkbox"', 'type="checkbox" required', 'expected no further attribute "required"'),
        ("<form method", '<form enctype="text/plain" method', 'expected no further attribute "enctype"'),
        ("<h2 id", '<table background="/x"><h2 id', 'expected no further attribute "background"'),
        ("{{ words.accept }}", "<b>{{ words.accept }}</b>", "expected accepting and refusing side by side"),
        ('method="post"', 'method="get"', f'missing: expected a button decision="accept" that {SENT}'),
        ("<h2 id", "<h2 data-id", 'expected an element with the id "title"'),
        ("{{ words.title }}", "", 'missing: expected the words "Your privacy choices"'),
        ("{{ purpose.title }}", "", 'missing: expected the words "Performance"'),
        ("{{ words.details }}</a>", "</a>", "missing: expected the words"),
        (
            "{{ words.details }}</a>",
            "</a>{{ words.details }}",
            'missing: expected a link to "/_privacy/choices',
        ),
        (INTRO, f"<details>{INTRO}</details>", "missing: expected the words "),
        (INTRO, f"<details open>{INTRO}</details>", ""),
        (' aria-label="{{ words.purposes }}"', "", "missing: expected an element with aria-label="),
        (
            "</b> {{ purpose.description }}</span></label>",
            "</b></span></label>",
            "missing: expected the words ",
        ),
        ("<label><input", "<label></label><label><input", ""),
        (BOX_LABEL, f"</label>{BOX_LABEL.removesuffix('</label>')}", "expected the words "),
        (
            'href="{{ site.privacy_url }}"',
            'href="/elsewhere"',
            f'{NO_LINK_TO}/privacy" with the words "Privacy policy"',
        ),
        ('type="checkbox"', 'type="checkbox" checked', "missing: expected a box category="),
        (' part="consentgate-banner"', "", 'missing: expected an element with part="consentgate-banner"'),
        ("<label>", "<p>", "missing: expected a box category="),
        ("consentgate-text", "text", 'missing: expected the class "consentgate-text"'),
        (
            "<h2 id",
            '<p class="consentgate-typed">x</p><h2 id',
            'expected no further element of the class "consentgate-typed"',
        ),
        ("<h2 id", "<script>1</script><h2 id", "expected no <script>"),
        ("<h2 id", '<img src="/logo.png"><h2 id', "expected no <img>"),
        ("<h2 id", "<style>x{}</style><h2 id", "expected no <style>"),
        ("<section", '<section onclick="x()"', 'expected no further attribute "onclick"'),
        ("<section", "<template><section", "expected no <template>"),
        ("{{ words.title }}", "{{ words.titel }}", "cannot be rendered, line 3: "),
        ("{{ words.title }}", "{{ 1 / 0 }}", "cannot be rendered, line 3: division by zero"),
        ("{{ words.title }}", "{% if %}", "cannot be rendered, line "),
    ],
)
def test_a_banner_that_leaves_something_out_is_refused_with_what_it_is(folder, old, new, expected):
    policy = folder(banner=ours("banner", (old, new)))
    if not expected:
        return check_templates(policy)
    found = mistakes(policy)
    assert [one for one in found if one.startswith(expected)], found


@pytest.mark.parametrize(
    ("name", "old", "new", "expected"),
    [
        ("choices", '{% include "withdraw.html" %}', "", 'missing: expected a button decision="withdraw"'),
        (
            "choices",
            'form="consentgate-form" name="decision" value="refuse"',
            "",
            "missing: expected a button",
        ),
        ("choices", '<form id="consentgate-form"', '<form id="form"', "missing: expected a button decision="),
        ("choices", "{{ consent_lifetime }}", "", "missing: expected the words "),
        ("choices", '<p id="consentgate-about-{{ category.id }}">', "<p>", "expected an element with the id"),
        ("page", '<meta name="robots" content="noindex">', "", 'missing: expected <meta name="robots"'),
        ("page", ' dir="{{ texts.direction }}"', "", 'missing: expected an element with dir="ltr"'),
        ("page", "<title>", '<link rel="stylesheet" href="/own.css"><title>', "expected no <link>"),
        (
            "page",
            '<link rel="stylesheet" href="{{ base }}{{ stylesheet }}">',
            "",
            "missing: expected <link href=",
        ),
        ("page", "{% block main %}{% endblock %}", "", "missing: expected a button "),
        ("choices", "{% if added %} {{ words.added }}{% endif %}", "", "missing: expected the words "),
        ("choices", "{{ words.added }}", "{{ words.adde }}", "cannot be rendered, line "),
        ("choices", "<details{% if category.is_mixed %} open{% endif %}>", "<details>", "missing: expected "),
    ],
)
def test_a_page_that_leaves_something_out_is_refused_with_what_it_is(folder, name, old, new, expected):
    found = mistakes(folder(**{name: ours(name, (old, new))}))
    assert [one for one in found if one.startswith(expected)], found


def test_every_language_is_looked_at(folder):
    policy = folder(banner=ours("banner", ("{{ words.title }}", "Your privacy choices")))
    (found,) = mistakes(policy)
    assert "missing: expected the words" in found


def test_only_three_templates_are_replaced_and_others_are_the_site_s_own(folder, tmp_path):
    banner = ours("banner", ('<h2 id="title">', '{% include "hello.html" %}<h2 id="title">'))
    check_templates(folder(banner=banner, hello="<p>Hello</p>"))
    (found,) = mistakes(folder(head="x"))
    assert found == (
        'expected another name: of ours, only "banner.html", "choices.html", "page.html" can be replaced'
    )


def test_a_folder_without_templates_is_a_mistake(tmp_path):
    for place, lacks in ((tmp_path, "has none of these"), (tmp_path / "missing", "is no folder")):
        policy = replace(POLICY, theme=Theme(templates=str(place)))
        (found,) = mistakes(policy)
        assert found.startswith('expected a folder with any of "banner.html", "choices.html", "page.html": "')
        assert found.endswith(lacks)


def test_a_policy_file_names_a_folder_beside_it_and_the_gate_looks_at_it(tmp_path):
    (tmp_path / "ours").mkdir()
    (tmp_path / "ours" / "banner.html").write_text(ours("banner", (REFUSE, "")), "utf-8")
    file = tmp_path / "consentgate.toml"
    file.write_text(
        '[site]\nname = "S"\ncontroller = "C"\ncontact = "c"\n[theme]\ntemplates = "ours"\n'
        '[[service]]\nid = "stats"\nname = "Stats"\ncategory = "performance"\nhosts = ["stats.example"]\n'
    )
    policy = Policy.load(file)
    with pytest.raises(PolicyError) as caught:
        Gate(policy, secret_key="a key for the tests")
    assert f'{tmp_path / "ours" / "banner.html"}: missing: expected a button decision="refuse"' in str(
        caught.value
    )


def test_what_the_policy_says_is_escaped_in_a_site_s_templates_too(folder):
    policy = folder(banner=ours("banner", ('<h2 id="title">', '<p>{{ site.name }}</p><h2 id="title">')))
    policy = replace(policy, site=msgspec.structs.replace(policy.site, name="<script>alert(1)</script>"))
    check_templates(policy)
    assert b"<script" not in Pages(policy).banner("/")


def test_a_folder_may_hold_files_that_are_no_text(folder, tmp_path):
    policy = folder(banner=ours("banner"))
    Path(policy.theme.templates, ".banner.html.swp").write_bytes(b"\xff\x00\xfe")
    check_templates(policy)
    assert len(digest_of(policy.theme.templates)) == 64


def test_equal_templates_in_different_folders_have_one_digest(tmp_path):
    for release in ("41", "42"):
        (tmp_path / release).mkdir()
        (tmp_path / release / "banner.html").write_text(ours("banner"))
    one, other = (digest_of(str(tmp_path / release)) for release in ("41", "42"))
    assert one == other


def test_what_is_wrong_with_the_banner_is_not_said_of_other_files(folder, tmp_path):
    broken = ours("banner", ("{{ words.title }}", "{{ words.titel }}"))
    with pytest.raises(PolicyError) as caught:
        check_templates(folder(banner=broken, choices=ours("choices")))
    assert {mistake.file for mistake in caught.value.mistakes} == {str(tmp_path / "banner.html")}


@pytest.mark.parametrize(
    "expression",
    [
        "''.__class__.__mro__[1].__subclasses__()",
        "texts.__class__.__init__.__globals__",
        "cycler.__init__.__globals__.os.popen('id').read()",
        "site.__class__.__base__.__subclasses__()",
        "'%s'.__format__.__self__.__class__",
        "('{0.__class__.__init__.__globals__}'|format(site))",
        "self._TemplateReference__context",
    ],
)
def test_a_hostile_template_reaches_no_code(folder, expression):
    """Of a policy that a tenant wrote, the templates are the tenant's, too."""
    found = mistakes(folder(page=ours("page", ("</body>", f"{{{{ {expression} }}}}</body>"))))
    assert any("cannot be rendered" in one for one in found), found


@pytest.mark.parametrize(
    "name", ["../secret.html", "/etc/passwd", "..\\secret.html", "sub/../../secret.html"]
)
def test_a_hostile_template_includes_no_file_from_elsewhere(folder, tmp_path, name):
    (tmp_path.parent / "secret.html").write_text("<p>secret</p>")
    found = mistakes(folder(page=ours("page", ("</body>", f"{{% include {name!r} %}}</body>"))))
    assert any("cannot be rendered" in one for one in found), found
