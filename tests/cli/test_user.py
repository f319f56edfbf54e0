"""`mlops user add` on a served directory."""

import json

import pytest
from click.testing import CliRunner

from cli.main import mlops
from localcloud.kernel import directory
from tests.localcloud.core import Core

ANN = "ann@example.com"


@pytest.fixture
def groups(served: Core) -> Core:
    """The cloud, with the groups of an account."""
    for name in ("analysts", "model-risk"):
        directory.add(served.cloud.store, "group", {"displayName": name})
    return served


def _add(commands: CliRunner, *arguments: str) -> list[tuple[str, str]]:
    result = commands.invoke(mlops, ["user", "add", *arguments, "--format", "json"])
    assert result.exit_code == 0, result.stderr
    return [(row["what"], row["done"]) for row in json.loads(result.stdout)]


def _groups(core: Core, name: str) -> set[str]:
    found = directory.find(core.cloud.store, name)
    assert found is not None
    return set(found.groups - directory.EVERYONE)


def test_a_user_is_added_to_a_group(commands: CliRunner, groups: Core) -> None:
    """The account has the user, the group has its member; who was in it stays."""
    _add(commands, "bob@example.com", "--group", "model-risk")
    assert _add(commands, ANN, "--group", "model-risk") == [
        ("user of the account", "added"),
        ("member of model-risk", "added"),
    ]
    assert _groups(groups, ANN) == {"model-risk"}
    assert _groups(groups, "bob@example.com") == {"model-risk"}


def test_adding_again_changes_nothing_but_what_is_new(commands: CliRunner, groups: Core) -> None:
    """The same command twice is one user and one membership; another group is added to those there are."""
    _add(commands, ANN, "--group", "model-risk")
    before = groups.cloud.store.all("user"), groups.cloud.store.all("group")
    assert _add(commands, ANN, "--group", "model-risk") == [
        ("user of the account", "was there"),
        ("member of model-risk", "was there"),
    ]
    assert (groups.cloud.store.all("user"), groups.cloud.store.all("group")) == before
    _add(commands, ANN, "--group", "analysts", "--group", "model-risk")
    assert _groups(groups, ANN) == {"analysts", "model-risk"}


def test_a_group_that_is_not_there_is_refused_with_those_there_are(commands: CliRunner, groups: Core) -> None:
    """Nothing is changed: no user either."""
    result = commands.invoke(mlops, ["user", "add", ANN, "--group", "model-rsk"])
    assert result.exit_code == 1
    assert "group 'model-rsk' does not exist; choose from: admins, analysts, model-risk, users." in result.stderr
    assert directory.find(groups.cloud.store, ANN) is None


@pytest.mark.parametrize("name", ["", 'ann" or userName sw "', "ann lee"])
def test_a_name_that_is_none_is_refused(commands: CliRunner, groups: Core, name: str) -> None:
    """A quote would end the filter that looks for the name; the message says what is allowed."""
    result = commands.invoke(mlops, ["user", "add", name])
    assert result.exit_code == 2
    assert "allowed are letters, digits and . @ + - _" in result.stderr
