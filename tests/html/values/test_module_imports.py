"""What inline scripts import."""

from __future__ import annotations

import pytest
from html_script_oracle import imports_of
from html_support import EVERYTHING, blocked, cut, feed, rewrite
from hypothesis import given
from hypothesis import strategies as st

from consentgate.html.values.javascript import code_among
from consentgate.html.values.module_imports import imports

E = "https://third.example/a.js"


def module(script: str) -> str:
    return f"<script type=module>{script}</script>"


def found_in(script: str) -> list[str]:
    """The specifiers of the imports that are code."""
    found = list(imports(script))
    code = code_among(script, [one.place for one in found])
    return [one.specifier for one in found if one.place in code]


IMPORTS = [
    f'import "{E}"',
    f"import'{E}'",
    f'import a from "{E}"',
    f'import a, * as b from "{E}"',
    f'import {{a as b, "c d" as e, default as f}} from "{E}"',
    f'import {{import as from}} from "{E}"',
    f'import from from "{E}"',
    f'import json from "{E}" with {{type: "json"}}',
    f'import defer * as a from "{E}"',
    f'import source a from "{E}"',
    f'export * from "{E}"',
    f'export * as a from "{E}"',
    f'export {{a, b as c}} from "{E}"',
    f'import\n/* from "b" */ a // from "c"\nfrom\u00a0\ufeff\u2028"{E}"',
    f'let a = 1\nimport "{E}"',
    'import "https:\\/\\/third.example/a\\x2ejs"',
    'import "https://\\u0074hird.e\\u{78}ample/a.js"',
    'import "https://third.\\\nexample/a.js"',
    f'import("{E}")',
    f"const a = await import ( '{E}' , {{with: {{}}}})",
    f"import(`{E}`)",
    f'import.defer("{E}"); import . source ("{E}")',
    f'[...import("{E}")]',
    f'import("{E}" + version)',
    "import(`https://third.example/${version}.js`)",
    f'`${{import("{E}")}}`',
    f"`${{`}}`}}`; import \"{E}\"; '`'",
    f"if (a) /'/.test(b); import '{E}'; '",
    f"for await (a of b) /'/.test(b); import '{E}'; '",
    f"var a\n/'/.test(b); import '{E}'; '",
    f"{{}} /'/.test(b); import '{E}'; '",
    f"x = y => /'/; import '{E}'; '",
    f"return_ = typeof /'/; import '{E}'; '",
    f"a = 1 / 2; import '{E}'; b = 3 / 4",
    f"a = b[1] / 2; import '{E}'; b = '/'",
    f"a = (b) / 2; import '{E}'; b = '/'",
    f"a = b.return / 2; import '{E}'; b = '/'",
    f"a = 1. / 2; import '{E}'; b = '/'",
    f"a = /[/'\\]]/; import '{E}'; '",
    f"#!/* hashbang\nimport '{E}' /**/",
    f"<!-- '\nimport('{E}')",
    f"a\n--> '\nimport('{E}')",
    f"a --> 0; import('{E}')",
    f"'unclosed\n import('{E}') '",
    f"/* unclosed \n import('{E}')",
]


@pytest.mark.parametrize("script", IMPORTS)
def test_a_script_that_imports_from_a_third_party_goes_as_a_whole(script: str) -> None:
    html = f"<p>a</p>{module(script)}<p>b"
    assert rewrite(html) == b"<p>a</p><p>b"
    (one,) = blocked(html)
    assert one.kind == "inline script"
    assert one.url.startswith("https://third.example/")
    assert rewrite(html, grants=EVERYTHING) == html.encode()
    assert feed(cut(html.encode(), 1)) == feed([html.encode()])


@pytest.mark.parametrize(
    "script",
    [
        'import a from "./a.js"; import "/b.js"; export * from "https://cdn.example.org/c.js"',
        'import a from "vue"; import "#b"',
        f'const a = "{E}", from = "{E}"; from; "{E}"',
        f"const a = `import '{E}'`",
        f"const a = `${{b}} import '{E}' ${{`from '{E}'`}}`",
        f"// import '{E}'\n/* import '{E}' */",
        f"const a = \"import '{E}'\", b = 'import(\"{E}\")'",
        f"const a = /import '{E.replace('/', '.')}'/",
        f"a.import('{E}'); a?.import('{E}'); a.\nimport('{E}')",
        f"reimport('{E}'); import$('{E}'); $import('{E}'); fromé '{E}'",
        f"import(url + '{E}'); import(x ? '{E}' : y)",
        "import('https://' + host); import(`//${host}/a.js`); import(`./${lang}.js`)",
        "import.meta.url; ({import: 1, from: 2}); export {a as import}",
        f"load('{E}')",
    ],
)
def test_a_script_that_does_not_stays(script: str) -> None:
    html = module(script) + f"<script>{script}</script>"
    assert rewrite(html).decode() == html


def test_a_module_within_a_url_is_read_too() -> None:
    inner = "data:text/javascript,import%20'https://third.example/a.js'"
    for html in (
        f'<script type=module src="{inner}"></script>',
        module(f'import "{inner}"'),
        module(f'import("data:text/javascript,import%20%22{inner.replace("%", "%25")}%22")'),
    ):
        assert blocked(html)[0].url == E
        assert rewrite(html) == b""
    assert rewrite(module('import "data:text/javascript,export%20default%201"')) != b""


def test_scripts_within_scripts_are_read_so_deep_and_no_deeper() -> None:
    script = "0"
    for _ in range(12):
        script = "import 'data:text/javascript," + script.replace("%", "%25").replace("'", "%27") + "'"
    assert len(blocked(module(script))) == 1


def test_scripts_with_an_address_are_not_read() -> None:
    html = f'<script type=module src=/a.js>import "{E}"</script>'
    assert rewrite(html).decode() == html


pieces = st.sampled_from(
    [
        *("import 'e';", "import a from 'e'\n", "export*from'e';", "x=import('e');", "var a\n", "a=1/2;"),
        *("if(a)/'/.test(a);", "{}/'/;", "`t${1}`;", "`${`", "`}`;", "/*", "*/", "//", "'", '"', "\n"),
        *("x=/[/']/;", "do;while(0)/'/;", "({import:1}).import;", "y=()=>{}\n", "return/'/;", "a++/2;"),
        *("/'/.test(a);", "f(a)/2;", "(a)\n/2;", "break a\n/'/;", "for(const a of/'/){}", "\\", "1./2;"),
    ]
)


@given(st.lists(pieces, max_size=9).map("".join))
def test_every_import_that_a_parser_finds_is_found(script: str) -> None:
    assert set(imports_of(script)) <= set(found_in(script))


@given(st.text(alphabet="import from'\"`/*\\(){}$\n.x", max_size=80))
def test_no_text_is_too_strange(script: str) -> None:
    assert set(imports_of(script)) <= set(found_in(script))
