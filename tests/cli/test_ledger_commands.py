"""`consentgate ledger` and `consentgate keys`."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from gate.driver import App, Page, Site, make_gate
from jsonschema import Draft202012Validator
from ledger.records import NOTICE, NOW, SECRET, grant, refusal, withdrawal
from sqlalchemy import delete, update

from consentgate import Policy
from consentgate.cli import main
from consentgate.cli.ledger import _COMMANDS
from consentgate.consent.receipt import STATES, receipt_schema
from consentgate.ledger import Event, Ledger, Record
from consentgate.ledger.database.schema import checkpoints, records
from consentgate.pages import Pages

SHOP = """
[site]
name = "Shop"
controller = "Shop Ltd"
contact = "privacy@shop.example"
prefix = "/our/"

[[service]]
use = "youtube"
"""
GIVEN = grant(id="a" * 32, host="www.example.org")
OTHER = grant(controller="Other Ltd", host="=cmd|'/c calc'!A1")
BACK = withdrawal(GIVEN)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'consent.db'}"


@pytest.fixture
def ledger(url: str) -> Iterator[Ledger]:
    """A ledger with three records and two refusals."""
    with closing(Ledger(url, secret_key=SECRET)) as opened:
        for record in (GIVEN, OTHER, BACK, refusal(), refusal()):
            opened.record(record, NOTICE)
        assert opened.move()
        opened.checkpoint()
        yield opened


@pytest.fixture
def run(url: str, ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("CONSENTGATE_LEDGER", url)
    monkeypatch.setenv("SECRET_KEY", SECRET)
    return call


def call(*arguments: str) -> Result:
    result = CliRunner().invoke(main, ["ledger", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def printed(result: Result) -> str:
    assert result.exit_code == 0, result.output
    return result.stdout


def test_each_command_is_listed_with_what_it_does() -> None:
    from consentgate.cli.ledger_commands import COMMANDS

    listed = printed(call("--help"))

    assert set(COMMANDS) == set(_COMMANDS)
    assert all(f"  {name} " in listed for name in _COMMANDS)


def test_a_record_is_shown(run: Any) -> None:
    lines = printed(run("show", GIVEN.id)).splitlines()

    assert "host          www.example.org" in lines
    assert "services      films: no, stats: yes" in lines
    assert "at            2026-11-18 11:06:40+00:00" in lines
    assert not any(line.startswith("account") for line in lines)


def test_a_record_is_shown_as_json(run: Any) -> None:
    assert json.loads(printed(run("show", GIVEN.id, "--json")))["services"] == GIVEN.services


@pytest.mark.parametrize("id", [GIVEN.id, NOTICE.digest, NOTICE.digest[:10]])
def test_what_a_visitor_was_shown_is_shown_again(run: Any, id: str) -> None:
    shown = printed(run("show", id, "--notice"))

    assert NOTICE.banner in shown
    assert NOTICE.choices in shown


@pytest.mark.parametrize(
    "arguments", [["show", "0" * 32], ["show", "0" * 32, "--notice"], ["receipt", "0" * 32]]
)
def test_what_is_not_there_is_said_to_be_missing(run: Any, arguments: list[str]) -> None:
    result = run(*arguments)

    assert result.exit_code == 1
    assert "there is no" in result.stderr


def test_all_records_are_exported_as_lines_of_json(run: Any) -> None:
    lines = [json.loads(line) for line in printed(run("export")).splitlines()]

    assert [line["id"] for line in lines] == [GIVEN.id, OTHER.id, BACK.id]
    lists = {name: tuple(lines[2][name]) for name in ("signals", "withdrawn")}
    assert Record(**{**lines[2], **lists}) == BACK


def test_records_of_one_controller_or_host_are_exported(run: Any) -> None:
    of_one = printed(run("export", "--controller", "Other Ltd"))
    on_one = printed(run("export", "--host", "www.example.org"))

    assert json.loads(of_one)["id"] == OTHER.id
    assert json.loads(on_one)["id"] == GIVEN.id


def test_a_spreadsheet_runs_nothing_of_what_is_exported(run: Any) -> None:
    first, *rows = csv.reader(printed(run("export", "--format", "csv")).splitlines())

    hosts = [row[first.index("host")] for row in rows]
    assert hosts == ["www.example.org", "'=cmd|'/c calc'!A1", "example.org"]
    assert rows[0][first.index("services")] == "films=no stats=yes"


def test_decisions_are_counted(run: Any) -> None:
    counted = json.loads(printed(run("stats", "--json")))

    nothing = dict.fromkeys(map(str, Event), 0)
    assert counted["events"] == {**nothing, "given": 2, "refused": 2, "withdrawn": 1}
    assert counted["days"] == {"2026-11-18": counted["events"]}
    assert counted["hosts"]["example.org"] == {**nothing, "refused": 2, "withdrawn": 1}
    assert counted["controls"]["refuse"] == {**nothing, "refused": 2}
    assert counted["services"]["stats"] == {"granted": 2, "left_out": 0, "refused": 2, "share": 0.5}
    assert "all                  2         1        2" in printed(run("stats")).splitlines()


def test_a_part_of_the_decisions_is_counted(run: Any) -> None:
    def events(*options: str) -> dict[str, int]:
        counted = json.loads(printed(run("stats", "--json", *options)))["events"]
        return {event: count for event, count in counted.items() if count}

    assert events("--host", "example.org") == {"refused": 2, "withdrawn": 1}
    assert events("--controller", "Other Ltd") == {"given": 1}
    assert events("--since", "2026-11-19") == {}
    assert events("--since", "2026-11-18", "--until", "2026-11-18") == {
        "given": 2,
        "refused": 2,
        "withdrawn": 1,
    }
    assert "--since is after --until" in run("stats", "--since", "2026-11-19", "--until", "2026-11-18").stderr
    assert "expected a day, like 2026-11-01" in run("stats", "--since", "yesterday").stderr


def test_small_numbers_are_put_together_where_that_is_asked_for(run: Any) -> None:
    counted = json.loads(printed(run("stats", "--json", "--least", "3")))

    assert counted["hosts"] == {}
    assert counted["others"]["hosts"]["rows"] == 3
    assert counted["others"]["hosts"]["refused"] == 2


def test_a_report_is_written_and_not_over_another(run: Any, tmp_path: Path) -> None:
    file, policy = tmp_path / "report.html", tmp_path / "shop.toml"
    policy.write_text(
        SHOP
        + '[[service]]\nid = "stats"\nname = "Our statistics"\ncategory = "performance"\n'
        + 'hosts = ["stats.example"]\n'
    )

    assert printed(run("report", "-o", str(file), "--policy", str(policy), "--least", "1")) == ""

    written = file.read_text("utf-8")
    assert "Our statistics" in written
    assert "is there already" in run("report", "-o", str(file)).stderr
    assert file.read_text("utf-8") == written
    assert "Fewer than 9 decisions" in printed(run("report", "-o", "-", "--least", "9"))
    printed(run("report", "-o", str(file), "--force"))
    assert file.read_text("utf-8") != written


def test_a_report_with_a_mistaken_policy_says_the_mistake(run: Any, tmp_path: Path) -> None:
    (tmp_path / "policy.toml").write_text("[site]\n")

    result = run("report", "-o", "-", "--policy", str(tmp_path / "policy.toml"))

    assert result.exit_code == 1
    assert "controller" in result.stderr


def test_a_sound_ledger_is_verified(run: Any) -> None:
    assert printed(run("verify")).endswith("0 records since the last one; 0 faults\n")
    assert json.loads(printed(run("verify", "--json")))["faults"] == []


def test_a_changed_record_fails_the_verification(run: Any, ledger: Ledger) -> None:
    with ledger.engine().begin() as connection:
        connection.execute(update(records).where(records.c.id == GIVEN.id).values(at=NOW + 1))

    result = run("verify")

    assert result.exit_code == 1
    assert "its record was changed" in result.stdout


def test_a_checkpoint_that_was_kept_is_compared(run: Any, ledger: Ledger, tmp_path: Path) -> None:
    kept = tmp_path / "checkpoint.json"
    kept.write_text(printed(run("checkpoint")))
    assert "0 faults" in printed(run("verify", "--checkpoint", str(kept)))
    with ledger.engine().begin() as connection:
        connection.execute(delete(checkpoints))

    result = run("verify", "--checkpoint", str(kept))

    assert result.exit_code == 1
    assert "is missing in the ledger" in result.stdout


def test_a_file_that_is_no_checkpoint_is_refused(run: Any, tmp_path: Path) -> None:
    (tmp_path / "other.json").write_text("{}")

    result = run("verify", "--checkpoint", str(tmp_path / "other.json"))

    assert result.exit_code == 1
    assert "no checkpoint is in it" in result.stderr


def test_what_was_kept_for_long_enough_is_purged(run: Any, ledger: Ledger) -> None:
    assert "Purged 0 records, 0 withdrawals" in printed(run("purge"))
    with ledger.engine().begin() as connection:
        connection.execute(update(records).values(valid_until=5))

    assert "Purged 2 records" in printed(run("purge", "--evidence", "1 day"))


def test_a_receipt_has_the_whole_history_of_a_consent(run: Any) -> None:
    receipt = json.loads(printed(run("receipt", GIVEN.id)))

    assert receipt["schema_version"] == "ISO/IEC TS 27560:2023"
    assert receipt["record_id"] == GIVEN.id
    performance = {"purpose": "performance", "lawful_basis": "consent", "consented": True}
    assert performance in receipt["events"][0]["purposes"]
    assert performance | {"consented": False} in receipt["purposes"]
    assert [event["event_state"] for event in receipt["events"]] == ["ConsentGiven", "ConsentWithdrawn"]


def valid(receipt: dict[str, Any]) -> dict[str, Any]:
    """The receipt, which is one by the schema that the package has."""
    Draft202012Validator(receipt_schema()).validate(receipt)
    return receipt


def test_the_schema_of_receipts_is_printed_and_needs_no_database() -> None:
    printed_schema = json.loads(printed(call("schema")))

    Draft202012Validator.check_schema(printed_schema)
    assert printed_schema == receipt_schema()


MANDATORY = {
    *("schema_version", "record_id", "pii_principal_id", "privacy_notice", "language", "purposes"),
    *("pii_information", "pii_controllers", "storage_locations", "retention_period", "jurisdiction"),
    *("recipient_third_parties", "withdrawal_method", "events"),
}


def test_the_schema_asks_for_every_field_that_the_standard_does() -> None:
    schema = receipt_schema()
    parts = schema["$defs"]

    assert set(schema["required"]) >= MANDATORY
    assert set(parts["party"]["required"]) >= {
        *("party_id", "party_name", "party_address", "party_contact", "party_type")
    }
    assert set(parts["event"]["required"]) >= {
        *("event_time", "validity_duration", "entity_id", "event_type", "event_state")
    }
    assert parts["event"]["properties"]["event_state"]["enum"] == [
        *("ConsentGiven", "RenewedConsentGiven", "ConsentWithdrawn")
    ]


def test_every_event_has_a_state_and_only_grants_have_a_valid_one() -> None:
    assert set(STATES) == set(Event)
    assert {event for event, state in STATES.items() if state in ("ConsentGiven", "RenewedConsentGiven")} == {
        *(Event.GIVEN, Event.RENEWED, Event.REDUCED)
    }


def test_consents_are_exported_as_receipts_of_the_standard(run: Any, ledger: Ledger) -> None:
    renewed = grant(event=Event.RENEWED, replaces=OTHER.id, at=NOW + 5, controller=OTHER.controller)
    reduced = grant(event=Event.REDUCED, replaces=renewed.id, at=NOW + 6, controller=OTHER.controller)
    orphan = withdrawal(grant())
    for record in (renewed, reduced, orphan):
        ledger.record(record)
    ledger.move()

    receipts = [valid(json.loads(line)) for line in printed(run("export", "--27560")).splitlines()]

    assert {one["record_id"]: [event["event_state"] for event in one["events"]] for one in receipts} == {
        GIVEN.id: ["ConsentGiven", "ConsentWithdrawn"],
        OTHER.id: ["ConsentGiven", "RenewedConsentGiven"],
        renewed.id: ["RenewedConsentGiven", "ConsentWithdrawn", "RenewedConsentGiven"],
        reduced.id: ["ConsentWithdrawn", "RenewedConsentGiven"],
        orphan.id: ["ConsentWithdrawn"],
    }
    # Without a policy nobody has said who the parties are.
    assert receipts[0]["pii_controllers"][0]["party_contact"] == ""


POLICY_OF_IT = """
[site]
name = "Example"
controller = "Example Ltd"
contact = "privacy@example.org"
regime = "uk"

[declaration]
address = "1 Example Street, London"

[[service]]
id = "stats"
name = "Stats"
controller = "Stats Vendor Inc"
category = "performance"
hosts = ["stats.vendor.example"]
privacy_url = "https://vendor.example/privacy"
"""


def test_what_only_a_site_knows_is_from_its_policy_and_never_from_anothers(run: Any, tmp_path: Path) -> None:
    policy = tmp_path / "consentgate.toml"
    policy.write_text(POLICY_OF_IT)
    options = ("--policy", str(policy), "--evidence", "5 years")

    lines = printed(run("export", "--27560", *options)).splitlines()
    receipts = {one["record_id"]: valid(one) for one in map(json.loads, lines)}

    own, other = receipts[GIVEN.id], receipts[OTHER.id]
    assert own == valid(json.loads(printed(run("receipt", GIVEN.id, *options))))
    assert own["pii_controllers"] == [
        {
            "party_id": "Example Ltd",
            "party_name": "Example Ltd",
            "party_address": "1 Example Street, London",
            "party_contact": "privacy@example.org",
            "party_type": "controller",
        }
    ]
    assert own["jurisdiction"] == "GB"
    assert own["retention_period"] == "5 years"
    [stats] = [one for one in own["recipient_third_parties"] if one["recipient"] == "stats"]
    assert (stats["party_name"], stats["party_contact"]) == (
        *("Stats Vendor Inc", "https://vendor.example/privacy"),
    )
    assert (other["jurisdiction"], other["pii_controllers"][0]["party_address"]) == ("", "")


def test_receipts_are_no_table(run: Any) -> None:
    assert run("export", "--27560", "--format", "csv").exit_code == 2


def test_a_policy_with_mistakes_is_told_and_nothing_is_exported(run: Any, tmp_path: Path) -> None:
    (tmp_path / "wrong.toml").write_text("[site]\n")

    result = run("export", "--27560", "--policy", str(tmp_path / "wrong.toml"))

    assert result.exit_code == 1
    assert "controller" in result.stderr
    assert result.stdout == ""


def test_a_record_is_erased_with_what_came_after_it_and_the_ledger_stays_whole(
    run: Any, ledger: Ledger
) -> None:
    assert "is erased" in printed(run("erase", GIVEN.id))
    assert "no such record" in printed(run("erase", GIVEN.id))

    assert run("show", GIVEN.id).exit_code == run("show", BACK.id).exit_code == 1
    assert printed(run("show", OTHER.id))
    assert run("verify").exit_code == 0
    counted = json.loads(printed(run("stats", "--json")))["events"]
    assert {event: count for event, count in counted.items() if count} == {
        "erased": 1,
        "given": 1,
        "refused": 2,
    }


def test_what_is_no_id_erases_and_counts_nothing(run: Any) -> None:
    refused = run("erase", "nope")
    assert refused.exit_code == 2
    assert "expected the id of a record" in refused.output
    assert json.loads(printed(run("stats", "--json")))["events"]["erased"] == 0


def test_what_a_cookie_names_is_erased(run: Any, url: str) -> None:
    with closing(Ledger(url, secret_key=SECRET)) as ledger:
        cookie = Site("wsgi", App(Page()), make_gate(secret_key=SECRET, ledger=ledger)).chooses("accept")
        ledger.move()

    assert "is erased" in printed(run("erase", "--cookie", cookie))

    assert run("show", "--cookie", cookie).exit_code == 1


def test_a_receipt_says_where_consent_is_withdrawn_as_far_as_that_was_recorded(
    run: Any, ledger: Ledger
) -> None:
    shown = Pages(Policy.parse(SHOP), "/shop").notice
    elsewhere = grant(host="shop.example", notice=shown.digest)
    ledger.record(elsewhere, shown)
    assert ledger.move()

    assert (
        json.loads(printed(run("receipt", elsewhere.id)))["withdrawal_method"]
        == "shop.example/shop/our/choices"
    )
    # The notice of the tests has no form.
    assert json.loads(printed(run("receipt", GIVEN.id)))["withdrawal_method"] == "www.example.org"


def test_what_was_taken_back_reads_as_withdrawn_and_what_is_left_as_renewed(run: Any, ledger: Ledger) -> None:
    all_of_it = grant(services={"stats": True, "films": True, "ads": False})
    left = grant(
        event=Event.REDUCED, at=NOW + 5, services={"stats": True, "films": False}, replaces=all_of_it.id
    )
    for record in (all_of_it, left):
        ledger.record(record, NOTICE)
    assert ledger.move()

    receipt = json.loads(printed(run("receipt", all_of_it.id)))
    given, withdrawn, renewed = receipt["events"]
    recipients = {one["recipient"]: one["consented"] for one in receipt["recipient_third_parties"]}
    assert recipients == {"films": False, "stats": True}
    assert receipt["replaced_by"] == left.id
    assert given["event_state"] == "ConsentGiven"
    assert withdrawn["event_state"] == "ConsentWithdrawn"
    assert withdrawn["recipient_third_parties"] == [{"recipient": "films", "consented": False}]
    assert withdrawn["purposes"] == []
    assert "valid_until" not in withdrawn
    assert renewed["event_state"] == "RenewedConsentGiven"
    assert renewed["recipient_third_parties"] == [{"recipient": "stats", "consented": True}]
    assert json.loads(printed(run("receipt", left.id)))["events"] == [withdrawn, renewed]


def test_a_record_that_was_replaced_says_by_which(run: Any) -> None:
    assert f"replaced_by   {BACK.id}" in printed(run("show", GIVEN.id)).splitlines()
    assert json.loads(printed(run("show", GIVEN.id, "--json")))["replaced_by"] == BACK.id
    assert "replaced_by" not in printed(run("show", BACK.id))


@pytest.fixture
def visitor(ledger: Ledger) -> Site:
    """A site whose visitors' decisions are in the ledger."""
    return Site("wsgi", App(Page()), make_gate(secret_key=SECRET, ledger=ledger))


@pytest.mark.parametrize(
    "written", ["{value}", "__Host-consent={value}", '"{value}"', "__Host-consent={value};"]
)
def test_a_visitors_cookie_leads_to_their_record(
    run: Any, ledger: Ledger, visitor: Site, written: str
) -> None:
    value = visitor.chooses("save", service=["stats"]).partition("=")[2]
    assert ledger.move()
    cookie = written.format(value=value)

    shown = json.loads(printed(run("show", "--cookie", cookie, "--json")))
    assert shown["services"]["stats"] is True
    assert json.loads(printed(run("receipt", "--cookie", cookie)))["record_id"] == shown["id"]
    assert "consentgate-banner" in printed(run("show", "--cookie", cookie, "--notice"))


def test_a_cookie_without_a_record_is_said_to_be(run: Any, visitor: Site) -> None:
    refusal = visitor.chooses("refuse").partition("=")[2]
    consent = visitor.chooses("accept").partition("=")[2]

    for value, said in (
        (refusal, "holds no consent: refusals and objections are counted"),
        (f"A{consent[1:-1]}-", "cannot be read"),
        ("", "cannot be read"),
        ("é.b.c", "cannot be read"),
    ):
        result = run("show", "--cookie", value)
        assert result.exit_code == 1
        assert said in result.stderr


def test_a_record_is_named_in_one_way(run: Any) -> None:
    for command in ("show", "receipt"):
        assert run(command).exit_code == 2
        assert "either an ID or --cookie" in run(command, "a", "--cookie", "b").stderr


def test_what_was_left_in_a_spool_is_moved(run: Any, url: str, tmp_path: Path) -> None:
    spool = tmp_path / "other machine"
    folder = tmp_path / "later"
    late = Ledger(f"sqlite:///{folder / 'consent.db'}", spool=spool, secret_key=SECRET)
    record = grant()
    late.record(record, NOTICE)
    late.close()

    printed(run("move", "--spool", str(spool)))

    assert record.id in printed(run("export"))


def test_the_tables_are_made_by_hand(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new.db'}"

    assert printed(call("--url", url, "upgrade")).startswith("The tables are of version 00")
    assert printed(call("--url", url, "export")) == ""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["stats"], "give the URL of the database"),
        (["--url", "consent.db", "stats"], "url: expected where the database is"),
        (["--url", "sqlite:////nowhere/a.db", "stats"], "there is no file /nowhere/a.db"),
        (["--url", "postgresql://user:hunter2@127.0.0.1:1/x", "stats"], "the database does not work: Op"),
    ],
)
def test_a_database_that_cannot_be_read_is_said_to_be(
    arguments: list[str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CONSENTGATE_LEDGER", raising=False)
    result = call(*arguments)

    assert result.exit_code == 1
    assert said in result.stderr
    assert "hunter2" not in result.output


def test_a_file_that_is_no_database_is_said_to_be(tmp_path: Path) -> None:
    (tmp_path / "consent.db").write_text("this is no database, however long it is" * 50)

    assert "file is not a database" in call("--url", f"sqlite:///{tmp_path / 'consent.db'}", "stats").stderr


def test_a_wrong_key_is_no_tampering(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "another key")

    result = run("verify")

    assert result.exit_code == 2
    assert "no record was signed with the keys that were given" in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize("kept", ["banana", "session", "0 days"])
def test_how_long_to_keep_what_is_purged_has_to_be_a_time(run: Any, kept: str) -> None:
    result = run("purge", "--evidence", kept)

    assert result.exit_code == 1
    assert (
        'evidence: expected a number of minutes, hours, days, months or years, like "3 years"'
        in result.stderr
    )
    assert 'session"' not in result.stderr


def test_verification_needs_the_keys(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SECRET_KEY")

    assert "give the gate's keys" in run("verify").stderr


# -- keys ----------------------------------------------------------------------------------------------------


def make_keys(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["keys", *arguments])


def test_a_key_is_printed() -> None:
    first, second = (printed(make_keys()).strip() for _ in range(2))

    assert len(first) == len(second) == 64
    assert first != second


def test_keys_are_made_and_rotated_in_a_file_that_only_its_owner_reads(tmp_path: Path) -> None:
    file = tmp_path / "consent.keys"

    printed(make_keys(str(file)))
    [first] = file.read_text().split()
    printed(make_keys(str(file), "--rotate"))

    assert file.read_text().split()[0] == first
    assert len(file.read_text().split()) == 2
    assert file.stat().st_mode & 0o077 == 0
    assert [*tmp_path.iterdir()] == [file]


def test_keys_that_are_there_are_not_replaced(tmp_path: Path) -> None:
    file = tmp_path / "consent.keys"
    file.write_text("the only key\n")

    assert make_keys(str(file)).exit_code == 1
    assert make_keys(str(tmp_path / "none"), "--rotate").exit_code == 1
    assert make_keys("--rotate").exit_code == 2
    assert file.read_text() == "the only key\n"


def test_the_keys_in_a_file_verify_what_they_signed(url: str, tmp_path: Path) -> None:
    file = tmp_path / "consent.keys"
    make_keys(str(file))
    with closing(Ledger(url, secret_key=file.read_text().split())) as ledger:
        ledger.record(grant(), NOTICE)
    make_keys(str(file), "--rotate")

    assert "0 faults" in printed(call("--url", url, "--keys", str(file), "verify"))


WITHOUT = """
import sys
sys.modules.update(dict.fromkeys(["sqlalchemy", "alembic"]))
from consentgate.cli import main
main(["ledger", "--url", "sqlite:///x.db", "stats"])
"""


def test_without_the_extra_it_says_what_to_install() -> None:
    done = subprocess.run([sys.executable, "-c", WITHOUT], capture_output=True, text=True)

    assert done.returncode == 1
    assert "Error: consentgate.ledger: the extra `ledger` is missing: " in done.stderr
    assert "pip install -e '.[ledger]'" in done.stderr


# -- deliveries ----------------------------------------------------------------------------------------------

HOOKS = """
def tell(record, services):
    with open("told", "a") as file:
        file.write(f"{record.id} {' '.join(services)}\\n")

def fail(record, services):
    raise ConnectionError("jane@example.org")

async def later(record, services):
    pass
"""


@pytest.fixture
def partners(tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A module with hooks, and a ledger with a withdrawal that waits."""
    name = f"partners_{tmp_path.name.replace('-', '_')}"
    (tmp_path / f"{name}.py").write_text(HOOKS)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    with closing(Ledger(url, secret_key=SECRET, on_withdrawal=lambda record, services: None)):
        pass
    with closing(Ledger(url, secret_key=SECRET)) as without:
        without.record(GIVEN, NOTICE)
        without.record(BACK, NOTICE)
        without.move()
    return name


def of(url: str, *arguments: str) -> Result:
    return call("--url", url, *arguments)


def test_what_waits_is_counted_and_delivered(url: str, partners: str, tmp_path: Path) -> None:
    assert of(url, "deliveries").stdout.startswith("1 withdrawal waiting\noldest ")

    failed = of(url, "deliver", "--hook", f"{partners}:fail")
    assert (failed.exit_code, failed.stdout) == (1, "Delivered 0; 1 failed; 1 waiting.\n")
    assert "jane" not in failed.output
    found = json.loads(printed(of(url, "deliveries", "--json")))
    assert found["since"] > 0
    assert {key: found[key] for key in found if key != "since"} == {
        "waiting": 1,
        "failing": 1,
        "oldest": BACK.at,
        "errors": {"ConnectionError": 1},
        "services": {"stats": 1},
    }
    assert "1 withdrawal waiting, 1 of them failed before\n" in printed(of(url, "deliveries"))

    done = of(url, "deliver", "--hook", f"{partners}.tell")
    assert printed(done) == "Delivered 1; 0 failed; 0 waiting.\n"
    assert (tmp_path / "told").read_text() == f"{BACK.id} stats\n"
    assert printed(of(url, "deliveries")) == "Nothing waits.\n"


def test_a_spool_is_moved_before_what_is_in_it_is_delivered(
    url: str, partners: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_KEY", SECRET)
    spool = tmp_path / "spool"
    spool.mkdir()

    done = of(url, "deliver", "--hook", f"{partners}:tell", "--spool", str(spool))

    assert printed(done) == "Delivered 1; 0 failed; 0 waiting.\n"


@pytest.mark.parametrize(
    ("hook", "said"),
    [
        ("tell", 'expected the path of a function, like "shop.partners.tell", not "tell"'),
        ("no_such_module:tell", "No module named 'no_such_module'"),
        ("{}:none", "there is no none in"),
        (
            "{}:later",
            "--hook: expected a function that takes a record and the services withdrawn, not the cor",
        ),
    ],
)
def test_what_is_no_hook_is_refused(url: str, partners: str, hook: str, said: str) -> None:
    result = of(url, "deliver", "--hook", hook.format(partners))

    assert result.exit_code == 1
    assert said in result.output


def test_a_ledger_without_a_hook_says_so(run: Any) -> None:
    assert printed(run("deliveries")).startswith("There has been no hook")
