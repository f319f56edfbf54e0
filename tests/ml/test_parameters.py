"""Parameters of a task."""

import pytest

from ml import parameters
from ml.usecases import use_case

GOOD = ["--use-case", "credit", "--catalog", "prod", "--run-id", "42"]


def test_the_common_parameters() -> None:
    """The use case comes as its declaration."""
    common = parameters.parse("silver", GOOD)
    assert common.use_case is use_case("credit")
    assert (common.catalog, common.run_id) == ("prod", "42")
    assert common.schema("gold") == "prod.credit_gold"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (GOOD[:4], "silver: the following arguments are required: --run-id"),
        ([*GOOD, "--dry-run"], "silver: unrecognized arguments: --dry-run"),
        (["--use-case", "fraud", *GOOD[2:]], "silver: argument --use-case: invalid choice: 'fraud' (choose from"),
        ([*GOOD, "--catalog", "prod; drop"], "'prod; drop' is not a name: use letters, digits, '_' and '-'"),
        (["--use", "credit", *GOOD[2:]], "the following arguments are required: --use-case"),
    ],
)
def test_wrong_parameters_exit_2_and_say_what_is_allowed(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Abbreviations do not count: a flag renamed in a stack must be noticed."""
    with pytest.raises(SystemExit) as left:
        parameters.parse("silver", arguments)
    assert left.value.code == 2
    printed = capsys.readouterr().err
    assert message in printed
    assert "allowed: silver [-h] --use-case {credit} --catalog CATALOG --run-id RUN_ID" in printed
