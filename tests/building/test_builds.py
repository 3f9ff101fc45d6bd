"""A build of a whole folder: in full or not at all, no more than has to be, and the same on each run."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentgate import Policy
from consentgate.building import BuildError, build, closed_policy
from consentgate.pages.assets import LINKS

from .site_folder import FILM, PAGE, PLAIN, TRACKER, built, contents, written

STYLES = LINKS.name
NOBODY = 65534
SITE = {
    "index.html": PAGE,
    "a/index.html": PAGE,
    "a/b.htm": PLAIN,
    "style.css": '@import "//fonts.evil.test/a.css"; p { color: red }',
    "app.js": "fetch('//evil.test/')",
    "picture.png": b"\x89PNG\r\n\0",
    ".nojekyll": "",
    ".well-known/security.txt": "Contact: mailto:a@example.org",
    ".doctrees/index.doctree": b"\x80",
    "CNAME": "docs.example.org",
    "notes": "<!doctype html><script src=//evil.test/a></script>",
    "raw.txt": "<script src=//evil.test/a></script>",
}


def test_pages_are_closed_and_all_else_is_copied(tmp_path: Path) -> None:
    out, report = built(tmp_path, SITE)

    same = {path for path, content in out.items() if SITE.get(path) in (content, content.decode("latin-1"))}
    assert same == {
        "style.css",
        "app.js",
        "picture.png",
        ".nojekyll",
        ".well-known/security.txt",
        "CNAME",
        "raw.txt",
    }
    assert set(out) - same == {"index.html", "a/index.html", "a/b.htm", "notes", STYLES}
    assert b"evil.test" not in out["index.html"] + out["notes"]
    assert (report.pages, report.files) == (4, 12)


@pytest.mark.parametrize("jobs", [1, 2])
def test_each_run_writes_the_same_bytes(tmp_path: Path, jobs: int) -> None:
    first, _ = built(tmp_path / "a", SITE)
    second, _ = built(tmp_path / "b", SITE, jobs=jobs)

    assert first == second
    records = [(tmp_path / name / "out" / ".consentgate-build.json").read_bytes() for name in "ab"]
    assert records[0] == records[1]


def test_only_what_changed_is_written_again(tmp_path: Path) -> None:
    built(tmp_path, SITE)
    before = {file: file.stat().st_mtime_ns for file in (tmp_path / "out").rglob("*") if file.is_file()}
    _, report = built(tmp_path, {"a/b.htm": PLAIN + "more"})

    assert (report.new, report.gone) == (1, 0)
    assert [file.name for file, time in before.items() if file.stat().st_mtime_ns != time] in (
        [".consentgate-build.json", "b.htm"],
        ["b.htm", ".consentgate-build.json"],
    )
    # What was not read again is told all the same.
    assert "index.html" in report.found


def test_what_somebody_changed_in_the_output_is_written_again(tmp_path: Path) -> None:
    first, _ = built(tmp_path, SITE)
    (tmp_path / "out" / "index.html").write_text("changed")
    (tmp_path / "out" / "picture.png").unlink()

    assert built(tmp_path, {})[0] == first


def test_another_policy_or_address_closes_all_pages_again(tmp_path: Path) -> None:
    built(tmp_path, SITE)
    out, report = built(tmp_path, {}, url="https://docs.example.org/")

    assert report.new == 4
    assert b"docs.example.org:*" in out["index.html"]


def test_what_is_gone_from_the_source_goes(tmp_path: Path) -> None:
    built(tmp_path, SITE)
    for path in ("a/index.html", "a/b.htm", "picture.png"):
        (tmp_path / "src" / path).unlink()
    (tmp_path / "out" / "own.txt").write_text("not of a build")
    out, report = built(tmp_path, {})

    assert report.gone == 3
    assert not {"a/index.html", "a/b.htm", "picture.png"} & set(out)
    assert not (tmp_path / "out" / "a").exists()
    assert out["own.txt"] == b"not of a build"


def test_what_is_gone_from_the_source_stays_if_somebody_changed_it(tmp_path: Path) -> None:
    built(tmp_path, SITE)
    (tmp_path / "src" / "raw.txt").unlink()
    (tmp_path / "out" / "raw.txt").write_text("mine")

    assert built(tmp_path, {})[0]["raw.txt"] == b"mine"


def test_our_style_sheet_goes_with_the_last_link(tmp_path: Path) -> None:
    built(tmp_path, {"index.html": PAGE})
    out, _ = built(tmp_path, {"index.html": PLAIN})

    assert set(out) == {"index.html"}


def test_a_file_that_no_build_wrote_is_not_replaced(tmp_path: Path) -> None:
    written(tmp_path / "out", {"index.html": "somebody's own", "a": "a file where a folder is to be"})
    for site in ({"index.html": PAGE}, {"a/index.html": PAGE}):
        with pytest.raises(BuildError, match="is there already, and no build wrote it"):
            build(written(tmp_path / f"src{len(site)}", site), tmp_path / "out")

    assert set(contents(tmp_path / "out")) == {"index.html", "a"}


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_page_that_cannot_be_read_stops_the_build_and_nothing_is_written(tmp_path: Path, jobs: int) -> None:
    bad = b"\xff\xfe" + "<p>x".encode("utf-16-le") + b"\x00"
    with pytest.raises(BuildError, match=r"z\.html: cannot be read in the encoding"):
        built(tmp_path, {**SITE, "z.html": bad}, jobs=jobs)
    assert not (tmp_path / "out").exists()

    first, _ = built(tmp_path, {**SITE, "z.html": PLAIN})
    with pytest.raises(BuildError):
        built(tmp_path, {"index.html": PLAIN, "z.html": bad}, jobs=jobs)
    assert contents(tmp_path / "out") == first


@contextmanager
def without_rights() -> Iterator[Path]:
    """A folder of somebody who is not root, which may read everything; and while it is open, this process is
    theirs."""
    with tempfile.TemporaryDirectory() as name:
        if os.geteuid() != 0:
            yield Path(name)
            return
        os.chown(name, NOBODY, NOBODY)
        os.seteuid(NOBODY)
        try:
            yield Path(name)
        finally:
            os.seteuid(0)


def test_a_file_that_may_not_be_read_stops_the_build() -> None:
    with without_rights() as folder:
        src = written(folder / "src", SITE)
        (src / "index.html").chmod(0)
        with pytest.raises(BuildError, match=r"index\.html: Permission denied"):
            build(src, folder / "out", jobs=1)


def test_a_place_that_is_taken_by_a_file_stops_the_build(tmp_path: Path) -> None:
    src = written(tmp_path / "src", SITE)
    written(tmp_path, {"taken": "a file"})
    with pytest.raises(BuildError, match="taken"):
        build(src, tmp_path / "taken" / "out")


@pytest.mark.parametrize(("src", "out"), [("site", "site/out"), ("site/in", "site"), ("site", "file")])
def test_folders_within_each_other_are_refused(tmp_path: Path, src: str, out: str) -> None:
    written(tmp_path, {"site/in/index.html": PAGE, "file": ""})
    with pytest.raises(BuildError):
        build(tmp_path / src, tmp_path / out)


def test_a_build_can_only_look(tmp_path: Path) -> None:
    src = written(tmp_path / "src", SITE)

    assert not build(src, None).is_closed
    assert build(written(tmp_path / "plain", {"index.html": PLAIN}), None).is_closed
    assert contents(src) == {
        path: content if isinstance(content, bytes) else content.encode() for path, content in SITE.items()
    }


@pytest.mark.parametrize("url", ["docs.example.org", "ftp://docs.example.org/", "https://"])
def test_an_address_that_is_none_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(BuildError, match="expected where the page is"):
        built(tmp_path, SITE, url=url)


# -- in place --------------------------------------------------------------------------------------------


def test_a_site_can_be_closed_where_it_is(tmp_path: Path) -> None:
    src = written(tmp_path / "src", {**SITE, "bad.svg": "<svg xmlns='http://www.w3.org/2000/svg'>"})
    build(src, src)
    expected, _ = built(tmp_path / "beside", SITE)
    closed = contents(src)

    assert {path: content for path, content in closed.items() if ".doctrees" not in path} == expected
    report = build(src, src)
    assert contents(src) == closed
    assert (report.new, report.gone) == (0, 0)
    assert "index.html" in report.found


def test_what_a_generator_wrote_anew_is_closed_again(tmp_path: Path) -> None:
    src = written(tmp_path / "src", SITE)
    build(src, src)
    written(src, {"index.html": PAGE + "more"})
    build(src, src)

    assert b"evil.test" not in (src / "index.html").read_bytes()
    assert b"more" in (src / "index.html").read_bytes()


def test_pages_whose_source_is_gone_are_not_closed_under_another_policy(tmp_path: Path) -> None:
    src = written(tmp_path / "src", SITE)
    build(src, src)
    before = contents(src)
    with pytest.raises(BuildError, match="have the generator write the whole site again"):
        build(src, src, url="https://docs.example.org/")

    assert contents(src) == before
    build(written(src, SITE), src, url="https://docs.example.org/")
    assert b"docs.example.org:*" in (src / "index.html").read_bytes()


# -- links, and what is special --------------------------------------------------------------------------


def test_links_count_as_what_they_lead_to_within_the_folder(tmp_path: Path) -> None:
    src = written(tmp_path / "src", {"v1/index.html": PAGE})
    written(tmp_path, {"secret/key.html": PAGE})
    (src / "latest").symlink_to("v1", target_is_directory=True)
    (src / "loop").symlink_to(".", target_is_directory=True)
    (src / "v1" / "up").symlink_to("..", target_is_directory=True)
    (src / "out").symlink_to(tmp_path / "secret", target_is_directory=True)
    (src / "key.html").symlink_to(tmp_path / "secret" / "key.html")
    (src / "nowhere").symlink_to("missing")
    os.mkfifo(src / "pipe")
    report = build(src, tmp_path / "out")

    out = contents(tmp_path / "out")
    assert set(out) == {"v1/index.html", "latest/index.html", STYLES}
    assert out["v1/index.html"].replace(b"../", b"") == out["latest/index.html"].replace(b"../", b"")
    skipped = {path: found[0].why for path, found in report.found.items() if found[0].what == "skipped"}
    assert set(skipped) == {"loop", "v1/up", "latest/up", "out", "key.html", "nowhere", "pipe"}


def test_links_stay_links_where_a_site_is_closed_in_place(tmp_path: Path) -> None:
    src = written(tmp_path / "src", {"v/1.2/index.html": PAGE, ".old/index.html": PAGE})
    (src / "latest").symlink_to("v/1.2", target_is_directory=True)
    (src / "first.html").symlink_to("v/1.2/index.html")
    (src / "old").symlink_to(".old", target_is_directory=True)
    report = build(src, src)
    pages = [src / "v/1.2/index.html", src / ".old/index.html"]
    closed = [page.read_bytes() for page in pages]
    build(src, src)

    assert [page.read_bytes() for page in pages] == closed
    assert all(b"evil.test" not in page and page.count(b"Content-Security-Policy") == 1 for page in closed)
    assert (src / "latest").is_symlink() and (src / "first.html").is_symlink()
    assert report.pages == 2


def test_no_link_in_the_output_leads_a_build_out_of_it(tmp_path: Path) -> None:
    written(tmp_path, {"src/a/b/index.html": PAGE, "elsewhere/kept": "", "out/a/kept": ""})
    (tmp_path / "out/a/b").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    with pytest.raises(BuildError, match="out/a/b: is a link"):
        build(tmp_path / "src", tmp_path / "out")
    assert [file.name for file in (tmp_path / "elsewhere").iterdir()] == ["kept"]


def test_what_is_gone_is_not_removed_behind_a_link(tmp_path: Path) -> None:
    written(tmp_path, {"src/a/x.txt": "x", "src/b.txt": "b"})
    build(tmp_path / "src", tmp_path / "out")
    (tmp_path / "out/a").rename(tmp_path / "elsewhere")
    (tmp_path / "out/a").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    (tmp_path / "src/a/x.txt").unlink()
    build(tmp_path / "src", tmp_path / "out")
    assert (tmp_path / "elsewhere/x.txt").exists()


@pytest.mark.parametrize("path", ["../victim", "a/../../victim", "{}/victim", "", "\0"])
def test_a_record_that_names_files_elsewhere_is_refused(tmp_path: Path, path: str) -> None:
    written(tmp_path, {"src/index.html": PAGE, "victim": "x"})
    entry = {"source": "x", "output": hashlib.sha256(b"x").hexdigest()}
    record = {"fingerprint": "", "files": {path.format(tmp_path): entry}, "format": 1}
    written(tmp_path, {"out/.consentgate-build.json": json.dumps(record)})
    with pytest.raises(BuildError, match="outside of the folder"):
        build(tmp_path / "src", tmp_path / "out")
    assert (tmp_path / "victim").exists()


# -- other documents, style sheets, scripts --------------------------------------------------------------

SVG = '<svg xmlns="http://www.w3.org/2000/svg"><image href="{}"/></svg>'


def test_documents_in_xml_are_left_out_unless_they_are_plain(tmp_path: Path) -> None:
    files = {
        "plain.svg": SVG.format("a.png"),
        "evil.svg": SVG.format("//evil.test/a"),
        "odd.svg": '<!DOCTYPE svg [<!ENTITY a "b">]>' + SVG.format("a"),
        "page.xhtml": '<html xmlns="http://www.w3.org/1999/xhtml"><img src="//evil.test/a"/></html>',
        "feed.xml": "<rss><channel><title>T</title></channel></rss>",
        "sitemap.xml.gz": gzip.compress(b"<urlset/>"),
    }
    out, report = built(tmp_path, files)

    assert set(out) == {"plain.svg", "feed.xml", "sitemap.xml.gz"}
    assert {path for path, found in report.found.items() if found[0].what == "left-out"} == set(files) - set(
        out
    )
    assert not report.is_closed
    # One that was there before goes.
    out, _ = built(tmp_path, {"plain.svg": SVG.format("//evil.test/a")})
    assert "plain.svg" not in out


def test_the_report_has_what_style_sheets_name(tmp_path: Path) -> None:
    sheet = '@import "//fonts.googleapis.com/css";\n\np { background: url(own.png), url(//evil.test/a) }'
    _, report = built(tmp_path, {"a/style.css": sheet}, url="https://docs.example.org/")

    assert [(one.what, one.line, one.host, one.service) for one in report.found["a/style.css"]] == [
        ("stopped", 1, "fonts.googleapis.com", "google-fonts"),
        ("stopped", 3, "evil.test", ""),
    ]


def test_of_an_odd_style_sheet_only_what_is_plain_is_told(tmp_path: Path) -> None:
    sheet = "p { } } odd ]\n/* http://in.test/ */ q { background: url( 'https://evil.test/a.png' ) }"
    _, report = built(tmp_path, {"style.css": sheet})

    assert [(one.line, one.host) for one in report.found["style.css"]] == [(2, "evil.test")]


def test_the_report_names_workers(tmp_path: Path) -> None:
    _, report = built(
        tmp_path, {"sw.js": "\nself.addEventListener('fetch', go)", "app.js": "addEventListener('load', go)"}
    )

    assert {path: (one.what, one.line) for path, (one,) in report.found.items()} == {"sw.js": ("worker", 2)}
    assert report.is_closed


def test_compressed_copies_are_made_again(tmp_path: Path) -> None:
    page = PAGE.encode()
    files = {
        "index.html": page,
        "index.html.gz": gzip.compress(page),
        "index.html.br": brotli.compress(page),
        "style.css.gz": gzip.compress(b"p {}"),
        "data.tar.gz": b"no gzip at all",
    }
    out, report = built(tmp_path, files)

    assert gzip.decompress(out["index.html.gz"]) == out["index.html"]
    assert brotli.decompress(out["index.html.br"]) == out["index.html"]
    assert out["style.css.gz"] == files["style.css.gz"]
    assert out["data.tar.gz"] == files["data.tar.gz"]
    assert list(report.found) == ["index.html"]
    assert report.pages == 1


def test_a_compressed_page_that_is_cut_off_stops_the_build(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match=r"index\.html\.gz: cannot be read"):
        built(tmp_path, {"index.html.gz": gzip.compress(PAGE.encode())[:-4]})


def test_pages_in_several_languages_are_pages(tmp_path: Path) -> None:
    files = {"index.html.fr": PAGE, "index.html.sig": b"\x80<a", "v1.2": PAGE}
    out, report = built(tmp_path, files)
    assert b"evil.test" not in out["index.html.fr"]
    assert out["index.html.sig"] == files["index.html.sig"]
    assert out["v1.2"] == PAGE.encode()
    assert report.pages == 1


def test_only_compressed_copies_count_as_copies(tmp_path: Path) -> None:
    files = {"docs": PLAIN, "docs.html": PAGE, "a.html": PLAIN, "a.html.gz": gzip.compress(PAGE.encode())}
    _, report = built(tmp_path, files)
    assert [*report.found] == ["a.html.gz", "docs.html"]
    assert not report.is_closed


# -- headers ---------------------------------------------------------------------------------------------


def test_headers_are_added_to_the_sites_own(tmp_path: Path) -> None:
    own = "/old\n  X-Robots-Tag: noindex"
    out, _ = built(
        tmp_path, {"index.html": PAGE, "_headers": own}, headers="netlify", url="https://d.example.org"
    )
    text = out["_headers"].decode()

    assert text.startswith(f"{own}\n# consentgate: begin\n/*\n  Content-Security-Policy: default-src 'self'")
    assert "  X-DNS-Prefetch-Control: off\n" in text
    # In place, too, and again and again.
    for _ in range(2):
        build(tmp_path / "src", tmp_path / "src", headers="netlify", url="https://d.example.org")
        assert (tmp_path / "src" / "_headers").read_text() == text
    out, _ = built(tmp_path / "none", {"index.html": PAGE, "_headers": own})
    assert out["_headers"].decode() == own


def test_headers_are_as_wide_as_the_widest_page(tmp_path: Path) -> None:
    policy = tmp_path / "consentgate.toml"
    policy.write_text(
        '[site]\nname = "A"\ncontroller = "A"\ncontact = "a@example.org"\n'
        '[[service]]\nid = "cdn"\nname = "CDN"\n'
        'category = "necessary"\nreason = "transmission"\nhosts = ["cdn.example.net"]\npages = ["/shop/*"]\n'
    )
    out, _ = built(tmp_path, {"index.html": PAGE}, policy=Policy.load(policy), headers="netlify")

    assert b"cdn.example.net:*" in out["_headers"]
    assert b"cdn.example.net" not in out["index.html"]


# -- the report ------------------------------------------------------------------------------------------


def test_the_report_declares_what_went(tmp_path: Path) -> None:
    more = '<script src="https://stats.evil.test/t.js"></script><img src="https://third.test/a.gif">'
    site = {"index.html": PAGE, "a.html": f"<p>{FILM}{more}"}
    _, report = built(tmp_path, site)

    assert [(party.name, party.kinds, party.pages) for party in report.parties] == [
        ("YouTube", {"iframe": 2}, 2),
        ("stats.evil.test", {"script": 2}, 2),
        ("third.test", {"img": 1}, 1),
    ]
    lines = "\n".join(party.declare for party in report.parties).replace('"..."', '"requested-service"')
    assert len(tomllib.loads(lines)["service"]) == 3
    policy = tmp_path / "consentgate.toml"
    policy.write_text(f'[site]\nname = "A"\ncontroller = "A"\ncontact = "a@example.org"\n{lines}\n')
    assert build(tmp_path / "src", None, Policy.load(policy)).is_closed


def test_a_service_that_is_declared_but_not_necessary_is_not_declared_again(tmp_path: Path) -> None:
    policy = tmp_path / "consentgate.toml"
    policy.write_text(
        '[site]\nname = "A"\ncontroller = "A"\ncontact = "a@example.org"\n[[service]]\nuse = "youtube"\n'
    )
    _, report = built(tmp_path, {"index.html": FILM}, policy=Policy.load(policy))

    assert report.parties[0].declare == "# youtube is declared, but not as necessary on this page."


def test_the_report_says_where_it_was(tmp_path: Path) -> None:
    _, report = built(tmp_path, {"index.html": f"<!doctype html>\n<p>\n{TRACKER}\n\n{FILM}"})

    assert [(one.line, one.kind, one.host) for one in report.found["index.html"]] == [
        (3, "script", "stats.evil.test"),
        (5, "iframe", "www.youtube.com"),
    ]


def test_the_report_as_a_page_loads_nothing_and_escapes_what_it_shows(tmp_path: Path) -> None:
    evil = '<script src="https://evil.test/&quot;><script>alert(1)</script>"></script>'
    _, report = built(tmp_path, {"index.html": evil + FILM})
    folder = written(tmp_path / "report", {"report.html": report.html()})

    assert "<script" not in report.html().decode()
    assert build(folder, None, closed_policy()).is_closed


@given(
    st.dictionaries(
        st.from_regex(r"[a-z]{1,8}(/[a-z]{1,8})?\.(html|css|svg|js|txt)", fullmatch=True),
        st.binary(max_size=200),
        max_size=5,
    )
)
def test_any_files_are_built_in_full_or_not_at_all(
    tmp_path_factory: pytest.TempPathFactory, files: dict[str, bytes]
) -> None:
    folder = tmp_path_factory.mktemp("any")
    try:
        src = written(folder / "src", files)
    except OSError:
        return  # one name is the folder of another
    try:
        report = build(src, folder / "out")
    except BuildError:
        assert not (folder / "out").exists()
        return
    left_out = {path for path, found in report.found.items() if any(one.what == "left-out" for one in found)}
    assert set(contents(folder / "out")) - {STYLES} == set(files) - left_out
