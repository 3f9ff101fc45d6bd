"""`consentgate gate`: one file through the gate, and what is said when that cannot be."""

import csv
import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from documentation.pages import blocks

from consentgate.cli import main

CORPUS = Path(__file__).resolve().parents[2].parent / "shared" / "corpus"
PAGES = sorted((*CORPUS.glob("pages/*.html"), *CORPUS.glob("derived/*.html")))
ALL = ("--grant", "performance", "--grant", "marketing", "--grant", "third-party")
URL = ("--url", "https://www.example.org/news")

SITE = '[site]\nname = "Example"\ncontroller = "Example Ltd"\ncontact = "privacy@example.org"\n'
FILM = b'<iframe src="https://www.youtube.com/embed/x"></iframe>'
PAGE = b"<!doctype html><p>\xc3\xa9" + FILM + b'\r\n<img src="/a.png">'


def run(*arguments: object, input: bytes | None = None) -> Result:
    return CliRunner().invoke(main, ["gate", *map(str, arguments)], input=input)


@pytest.fixture
def page(tmp_path):
    file = tmp_path / "page.html"
    file.write_bytes(PAGE)
    return file


def policy_file(tmp_path: Path, text: str, site: str = "") -> Path:
    file = tmp_path / "consentgate.toml"
    file.write_text(f"{SITE}{site}\n{text}", "utf-8")
    return file


# -- real pages ----------------------------------------------------------------------------------------------

needs_pages = pytest.mark.skipif(not PAGES, reason=f"no real pages to try: {CORPUS} is not there")


def own_url(file: Path) -> tuple[str, ...]:
    number = file.name.partition(".")[0]
    with (CORPUS / "index.csv").open(encoding="utf-8") as rows:
        host = next((row["own_host"] for row in csv.DictReader(rows) if row["page"] == number), "")
    arguments: tuple[str, ...] = ("--url", f"https://{host or 'www.example.org'}/")
    if file.parent.name == "derived":
        with (CORPUS / "derived" / "derived.csv").open(encoding="utf-8") as rows:
            header = next(
                row["content_type"] for row in csv.DictReader(rows) if row["file"].endswith(file.name)
            )
        if "charset=" in header:
            arguments += ("--charset", header.partition("charset=")[2])
    return arguments


@needs_pages
@pytest.mark.parametrize("file", PAGES or [Path("none")], ids=lambda file: file.stem)
def test_every_real_page_keeps_all_bytes_outside_of_what_is_blocked(file):
    data, arguments = file.read_bytes(), own_url(file)
    granted = run(file, *arguments, *ALL)
    assert granted.exit_code == 0
    assert granted.stdout_bytes == data

    listed, gated = run(file, *arguments, "--json"), run(file, *arguments)
    assert listed.exit_code == gated.exit_code == 0
    # What is outside of the spans is there, byte for byte and in order.
    position = written = 0
    output = gated.stdout_bytes
    for item in [*json.loads(listed.stdout), {"start": len(data), "end": len(data)}]:
        assert position <= item["start"] <= item["end"] <= len(data)
        kept = data[position : item["start"]]
        written = output.index(kept, written) + len(kept)
        position = item["end"]
    assert output.endswith(kept)


# -- the page and the list of what was blocked ---------------------------------------------------------------


def test_the_page_is_printed_as_bytes(page):
    result = run(page, *URL)
    assert result.exit_code == 0
    assert b"youtube.com/embed" not in result.stdout_bytes
    assert result.stdout_bytes.startswith(b"<!doctype html><p>\xc3\xa9<")
    assert result.stdout_bytes.endswith(b'\r\n<img src="/a.png">')


def test_bytes_that_are_no_text_come_through(tmp_path):
    file = tmp_path / "page.html"
    file.write_bytes(b"<p>\x00\x80\xff\r\n\x1a\n")
    assert run(file, *URL).stdout_bytes == file.read_bytes()


def test_an_empty_file_stays_empty(tmp_path):
    file = tmp_path / "page.html"
    file.write_bytes(b"")
    assert run(file, *URL).stdout_bytes == b""
    assert json.loads(run(file, *URL, "--json").stdout) == []


def test_the_page_may_come_by_standard_input():
    result = run("-", *URL, *ALL, input=PAGE)
    assert (result.exit_code, result.stdout_bytes) == (0, PAGE)


def test_the_list_says_what_and_where_and_why(page):
    (item,) = json.loads(run(page, *URL, "--json").stdout)
    assert PAGE[item.pop("start") : item.pop("end")] == FILM
    assert item == {
        "category": "third-party",
        "service": "youtube",
        "kind": "iframe",
        "url": "https://www.youtube.com/embed/x",
        "why": 'it belongs to youtube, which the policy does not declare; consent to "third-party" opens it',
    }


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('[[service]]\nuse = "youtube"', 'the policy declares; consent to "third-party" opens it'),
        ('[[service]]\nuse = "youtube"\ncategory = "never"', "the policy declares; nothing opens it"),
        ("", "the policy does not declare; nothing opens it"),
    ],
)
def test_the_list_says_whether_a_service_is_declared_and_what_opens_it(tmp_path, page, text, why):
    (item,) = json.loads(run(page, *URL, "--json", "--policy", policy_file(tmp_path, text)).stdout)
    assert item["why"] == f"it belongs to youtube, which {why}"


def test_the_list_says_on_which_pages_a_necessary_service_passes(tmp_path, page):
    text = '[[service]]\nuse = "youtube"\ncategory = "necessary"\nreason = "requested-service"\n'
    file = policy_file(tmp_path, text + 'pages = ["/films/*", "/film"]')
    (item,) = json.loads(run(page, *URL, "--json", "--policy", file).stdout)
    assert item["category"] is None
    assert item["why"] == (
        "it belongs to youtube, which the policy declares; "
        'it is necessary on other pages only: pages = ["/films/*", "/film"]'
    )
    assert b"is not used on this page" in run(page, *URL, "--policy", file).stdout_bytes


def test_the_list_says_where_nobody_declares_a_host():
    result = run("-", *URL, "--json", input=b'<img src="//nobody.example/p.gif">')
    (item,) = json.loads(result.stdout)
    assert (item["service"], item["why"]) == (None, 'nobody declares it; consent to "third-party" opens it')


def test_one_service_can_be_granted(tmp_path, page):
    file = policy_file(tmp_path, '[[service]]\nuse = "youtube"\n[[service]]\nuse = "vimeo"')
    assert run(page, *URL, "--policy", file, "--grant", "youtube").stdout_bytes == PAGE
    assert run(page, *URL, "--policy", file, "--grant", "vimeo").stdout_bytes != PAGE


def test_the_list_is_valid_whatever_the_page_says():
    page = '<img src="//evil.example/&#xD800;\u2028\\&quot;é.gif">'.encode()
    (item,) = json.loads(run("-", *URL, "--json", input=page).stdout)
    assert item["start"] == len("<img ")


def test_the_charset_of_the_header_counts():
    page = '<p>é<script src="//a.example/é.js"></script>'.encode("utf-16-le")
    assert run("-", *URL, "--charset", "utf-16le", *ALL, input=page).stdout_bytes == page
    (item,) = json.loads(run("-", *URL, "--charset", "utf-16le", "--json", input=page).stdout)
    assert page[item["start"] : item["end"]].decode("utf-16-le").startswith("<script")


def test_the_documentation_shows_what_is_printed():
    section = "consentgate gate: one file through the gate"
    (page,) = blocks("docs/cli.md", "html", section)
    (shown,) = blocks("docs/cli.md", "json", section)
    assert run("-", *URL, "--json", input=page.encode()).stdout == shown


# -- what may not have been meant is said beside it ----------------------------------------------------------


def test_a_policy_that_only_reports_shows_what_it_would_block(tmp_path, page):
    result = run(page, *URL, "--policy", policy_file(tmp_path, "", "report_only = true"))
    assert b"youtube.com/embed" not in result.stdout_bytes
    assert result.stderr.startswith("Warning: the policy is report_only: the site blocks nothing yet")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (gzip.compress(PAGE), "Warning: the file is compressed (gzip), not HTML"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "Warning: the file has NUL bytes"),
        ("<p>a".encode("utf-16-le"), "Warning: the file has NUL bytes"),
        ("\ufeff<p>a".encode("utf-16-le"), ""),
        (PAGE, ""),
    ],
)
def test_a_file_that_is_no_page_is_warned_of(data, said):
    result = run("-", *URL, *ALL, input=data)
    assert (result.exit_code, result.stdout_bytes) == (0, data)
    assert result.stderr.startswith(said)
    assert bool(result.stderr) == bool(said)


def test_nul_bytes_that_the_given_charset_has_are_not_warned_of():
    assert run("-", *URL, "--charset", "utf-16le", input="<p>a".encode("utf-16-le")).stderr == ""


# -- what goes wrong is said in a line -----------------------------------------------------------------------


def error(*arguments: object, input: bytes | None = None) -> tuple[int, str]:
    result = run(*arguments, input=input)
    assert isinstance(result.exception, SystemExit)
    assert result.stdout_bytes == b""
    assert "Traceback" not in result.output
    return result.exit_code, result.stderr[result.stderr.index("Error: ") :].strip()


def test_an_unknown_id_to_grant_is_an_error_with_a_hint(page):
    assert error(page, *URL, "--grant", "perfomance") == (
        1,
        'Error: the policy has no category or service "perfomance"; did you mean "performance"?',
    )


@pytest.mark.parametrize(
    "url", ["", "example.org", "ftp://example.org/", "https://", "/news", "https://a b/", "https://[::1"]
)
def test_a_url_that_is_none_is_an_error(page, url):
    code, message = error(page, "--url", url)
    assert code == 1
    assert message.startswith("Error: url: expected where the page is, like https://example.org/news, not ")


@pytest.mark.parametrize("charset", ["utf-9", "", "latin one"])
def test_a_charset_that_no_browser_knows_is_an_error(page, charset):
    assert error(page, *URL, "--charset", charset) == (
        1,
        "Error: --charset: expected an encoding that browsers know, like utf-8 or windows-1252, "
        f'not "{charset}"',
    )


def test_the_url_is_required(page):
    assert error(page) == (2, "Error: Missing option '--url'.")


def test_a_missing_file_is_an_error(tmp_path):
    code, message = error(tmp_path / "nothing.html", *URL)
    assert (code, message.endswith("No such file or directory")) == (2, True)


def test_a_folder_is_an_error(tmp_path):
    assert error(tmp_path, *URL)[0] == 2


def test_a_missing_policy_is_an_error(tmp_path, page):
    code, message = error(page, *URL, "--policy", tmp_path / "nothing.toml")
    assert (code, message.endswith("does not exist.")) == (2, True)


def test_a_policy_that_cannot_be_read_is_an_error(page, monkeypatch, tmp_path):
    def deny(self):
        raise PermissionError(13, "Permission denied", str(self))

    file = policy_file(tmp_path, "")
    monkeypatch.setattr(Path, "read_bytes", deny)
    assert error(page, *URL, "--policy", file)[1].startswith("Error: [Errno 13] Permission denied: ")


def test_a_policy_with_mistakes_says_all_of_them(tmp_path, page):
    file = policy_file(tmp_path, '[[service]]\nuse = "yuotube"', 'dnt = "no"')
    assert error(page, *URL, "--policy", file) == (
        1,
        "Error: 2 mistakes in the policy:\n"
        f'  {file}:5: [site], dnt: expected true or false, without quotes, not "no"; '
        "write false, without quotes\n"
        f'  {file}:7: [[service]] 1 "yuotube", use: expected the id of a service in the catalogue, '
        'not "yuotube"; did you mean "youtube"?',
    )


@pytest.mark.parametrize("data", [b"\xff\xfe<\x00\x00\xd8", b"\xfe\xff\x00<\xd8\x00", b"\xff\xfe<\x00p"])
def test_a_page_that_cannot_be_decoded_is_an_error(tmp_path, data):
    file = tmp_path / "page.html"
    file.write_bytes(data)
    code, message = error(file, *URL)
    assert code == 1
    assert message.startswith(f"Error: {file}: cannot be read in the encoding that browsers would use: ")


def test_an_error_in_standard_input_names_that():
    assert error("-", *URL, input=b"\xff\xfe<")[1].startswith("Error: standard input: cannot be read")


# -- as a program --------------------------------------------------------------------------------------------


def test_the_module_is_the_command(page):
    result = subprocess.run(
        [sys.executable, "-m", "consentgate", "gate", str(page), *URL, *ALL], capture_output=True, check=False
    )
    assert (result.returncode, result.stdout, result.stderr) == (0, PAGE, b"")


def test_help_lists_the_command():
    result = CliRunner().invoke(main, ["--help"])
    assert result.exit_code == 0
    assert "gate" in result.output


def test_the_version_is_printed():
    result = CliRunner().invoke(main, ["--version"])
    assert result.exit_code == 0
    assert "consentgate" in result.output or "version" in result.output
