"""Gates of one run that announce a challenger at the same moment."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
from mlflow.exceptions import MlflowException

from ml.gates.reporting import announce
from ml.parameters import Common
from ml.usecases import use_case
from ml.versions.version_task import Subject


class Registry:
    """A registry in which somebody else is faster: setting fails, and afterwards the alias is `theirs`."""

    def __init__(self, theirs: dict[str, str]) -> None:
        self.theirs = theirs
        self.asked = 0

    def get_registered_model(self, _name: str) -> Any:
        """No alias at first, then theirs."""
        self.asked += 1
        return SimpleNamespace(aliases={} if self.asked == 1 else self.theirs)

    def set_registered_model_alias(self, _name: str, _alias: str, _version: str) -> None:
        """What MLflow's server says to the second of two."""
        raise MlflowException("UNIQUE constraint failed: registered_model_aliases.alias")


def subject(registry: Registry) -> Subject:
    """Version 2 before a gate."""
    common = Common(use_case=use_case("credit"), catalog="prod", run_id="1")
    client = cast("Any", registry)
    return Subject(common=common, version=2, source_catalog=None, tables=cast("Any", None), client=client)


def test_a_gate_that_comes_second_finds_the_version_announced() -> None:
    """The other gate of the run set the same alias to the same version: nothing is wrong."""
    registry = Registry(theirs={"challenger": "2"})
    announce(subject(registry))
    assert registry.asked == 2


@pytest.mark.parametrize("theirs", [{}, {"challenger": "3"}])
def test_an_alias_that_could_not_be_set_fails_the_gate(theirs: dict[str, str]) -> None:
    """Where the alias names nothing, or another version, the refusal stands."""
    with pytest.raises(MlflowException, match="UNIQUE constraint"):
        announce(subject(Registry(theirs=theirs)))
