"""`--help` says in a line what each command does, uncut, with an example."""

import re
import shlex

import click
import pytest
from click.testing import CliRunner

from consentgate.cli import main

COMMANDS = sorted(main.commands)


def help_of(*arguments: str) -> str:
    result = CliRunner().invoke(main, [*arguments, "--help"], terminal_width=80)
    assert result.exit_code == 0
    return result.output


def test_the_list_of_commands_cuts_nothing():
    text = help_of()
    assert "..." not in text.partition("Commands:")[2]
    for name in COMMANDS:
        (summary,) = re.findall(rf"(?m)^  {name} +(.+)$", text)
        assert summary.endswith(".")
        assert help_of(name).splitlines()[2].strip() == summary


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_has_an_example_that_it_understands(name):
    text = help_of(name)
    (example,) = re.findall(r"(?m)^ +Example:\n +(.+)$", text)
    line = example.rpartition("| ")[2].partition(" > ")[0]
    program, command, *arguments = shlex.split(line)
    assert (program, command) == ("consentgate", name)
    found = main.commands[name]
    with click.Context(found, info_name=name, resilient_parsing=True) as context:
        found.make_parser(context).parse_args(args=[*arguments])
    options = {word for word in arguments if word.startswith("--")}
    assert options <= {option for parameter in found.params for option in parameter.opts}


@pytest.mark.parametrize("name", COMMANDS)
def test_each_option_says_what_it_is_for(name):
    for parameter in main.commands[name].params:
        if isinstance(parameter, click.Option):
            assert (parameter.help or "").rstrip().endswith("."), (name, parameter.name)
