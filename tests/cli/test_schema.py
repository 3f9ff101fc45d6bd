"""`consentgate schema`: the JSON Schema of the policy file."""

import json

import pytest
from click.testing import CliRunner

from consentgate.cli import main
from consentgate.policy.schema import policy_schema


@pytest.mark.parametrize("arguments", [[], ["--json"]])
def test_the_schema_is_printed(arguments):
    result = CliRunner().invoke(main, ["schema", *arguments])
    assert result.exit_code == 0
    assert result.stdout.isascii()
    assert json.loads(result.stdout) == json.loads(json.dumps(policy_schema()))
