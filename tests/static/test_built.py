"""The scripts in the package are those of the sources in static/, and their types are right."""

import re
import shutil
import subprocess
from graphlib import TopologicalSorter
from importlib.resources import files
from pathlib import Path

import pytest

SOURCES = Path(__file__).parents[2] / "static"
PACKAGED = files("consentgate.pages") / "static"


@pytest.fixture
def node() -> str:
    found = shutil.which("node")
    # No Python package has them. A machine without npm tests the scripts that are committed.
    if found is None or not (SOURCES / "node_modules" / "esbuild").is_dir():
        pytest.skip("no esbuild and TypeScript in static/; `make browsers` gets them")
    return found


def test_the_packaged_scripts_are_built_from_the_sources(node: str, tmp_path: Path) -> None:
    subprocess.run([node, "build.js", str(tmp_path)], cwd=SOURCES, check=True)
    built = {path.name: path.read_text("ascii") for path in tmp_path.iterdir()}
    assert built
    packaged = {
        file.name: file.read_text("ascii") for file in PACKAGED.iterdir() if file.name.endswith(".js")
    }
    assert packaged == built, "run `make static`, and commit what it changes"


def test_the_types_are_right(node: str) -> None:
    check = [node, "node_modules/typescript/bin/tsc"]
    result = subprocess.run(check, cwd=SOURCES, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout


def test_the_docs_say_what_each_part_weighs(node: str) -> None:
    ledger = subprocess.run([node, "ledger.js"], cwd=SOURCES, capture_output=True, text=True, check=True)
    documented = (SOURCES.parent / "docs" / "guard.md").read_text("utf-8")
    assert ledger.stdout in documented, "put what `npm run --prefix static ledger` prints into docs/guard.md"


def test_modules_import_each_other_in_one_direction() -> None:
    """In a circle a module reads another's constants before they are there, and no tool says so."""
    parts = [
        path for folder in ("guard", "interaction", "snippet") for path in SOURCES.glob(f"{folder}/*.js")
    ]
    imports = {
        path: [(path.parent / name).resolve() for name in re.findall(r'^import .* from "(.+)";$', text, re.M)]
        for path in parts
        if (text := path.read_text("utf-8"))
    }
    assert sum(map(len, imports.values())) > 30
    TopologicalSorter(imports).prepare()  # or CycleError
