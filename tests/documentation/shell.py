"""The commands of the documentation's `sh` blocks: ours are run, others have to be there."""

from __future__ import annotations

import importlib.util
import re
import shlex
import shutil
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import click
import msgspec
from click.testing import CliRunner
from django.core.management import get_commands

from consentgate.cli import main

from .pages import ROOT

PAGE = b'<!doctype html>\n<p>Our film: <iframe src="https://www.youtube.com/embed/x"></iframe>\n'
_ASSIGNMENT = re.compile(r"[A-Z_]+=")
_REDIRECTIONS = ("<", ">", ">>")


def commands(text: str) -> Iterator[list[str]]:
    """Yield the words of each command, without comments, assignments before it and redirections."""
    for line in text.replace("\\\n", " ").splitlines():
        lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
        lexer.whitespace_split = True
        words: list[str] = []
        for word in lexer:
            if word in _REDIRECTIONS:
                next(lexer)
            elif set(word) <= set("();|&"):
                yield from [words] if words else []
                words = []
            elif words or not _ASSIGNMENT.match(word):
                words.append(word)
        yield from [words] if words else []


def run(words: list[str]) -> None:
    """Run the command, or check that it can be run. Raise AssertionError or KeyError where it cannot."""
    program, *arguments = words
    if program in _PROGRAMS:
        _PROGRAMS[program](arguments)
    else:
        beside = Path(sys.executable).with_name(program)
        assert shutil.which(program) or beside.exists(), f"there is no {program} here"


def _consentgate(arguments: list[str]) -> None:
    """Run it in the current folder. 2 is what it ends with where it does not understand the command; `check`
    ends with 1 where it finds something."""
    if arguments[0] in ("serve", "scan", "audit"):
        # One would not end, the others ask a site: their arguments are read, and no more.
        command = main.commands[arguments[0]]
        command.make_parser(click.Context(command)).parse_args(arguments[1:])
        return
    result = CliRunner().invoke(main, arguments, input=PAGE)
    assert result.exit_code in ((0, 1) if arguments[0] == "check" else (0,)), result.output


def _make(arguments: list[str]) -> None:
    targets = re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert {word for word in arguments if "=" not in word} <= set(targets)


def _python(arguments: list[str]) -> None:
    match arguments:
        case ["-c", code]:
            compile(code, "shown", "exec")
        case ["-m", module, *_]:
            assert importlib.util.find_spec(module)
        case ["manage.py", command, *_]:
            assert command in get_commands()
        case [path, *_]:
            assert (ROOT / path).is_file()


def _pip(arguments: list[str]) -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    ours = [word for word in arguments if word.startswith(".")]
    assert arguments[0] == "install"
    assert all(extra in extras for word in ours for extra in re.findall(r"\w+(?=[\],])", word))


def _npm(arguments: list[str]) -> None:
    match arguments:
        case ["run", "--prefix", folder, script]:
            assert script in msgspec.json.decode((ROOT / folder / "package.json").read_bytes())["scripts"]


def _builtin(arguments: list[str]) -> None:
    """What every shell has, or every developer's machine: nothing of it is run."""


_PROGRAMS: Mapping[str, Callable[[list[str]], None]] = {
    "consentgate": _consentgate,
    "make": _make,
    "python": _python,
    "pip": _pip,
    "npm": _npm,
    **dict.fromkeys((".", "cd", "export", "git", "curl"), _builtin),
}
