"""Parameters of a task."""

import pytest

from ml import parameters
from ml.usecases import USE_CASES, use_case
from tests.ml.two_models import two_models

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
    allowed = f"allowed: silver [-h] --use-case {{{','.join(USE_CASES)}}} --catalog CATALOG --run-id RUN_ID"
    assert allowed in " ".join(printed.split())


def test_the_only_model_needs_no_name() -> None:
    """It may be given, as the deployed jobs do."""
    for more, named in (([], None), (["--model", "default_risk"], "default_risk")):
        common = parameters.common(parameters.of_model("training").parse_args([*GOOD, *more]))
        assert (common.model, common.named) == (use_case("credit").models[0], named)
        assert common.model_name == "prod.credit_ops.default_risk"


def test_of_several_models_one_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The task works on it alone."""
    monkeypatch.setitem(USE_CASES, "credit", two_models())
    common = parameters.common(parameters.of_model("training").parse_args([*GOOD, "--model", "second"]))
    assert common.model_name == "prod.credit_ops.second"


@pytest.mark.parametrize(
    ("models", "message"),
    [
        ([], "training: --model: use case 'credit' has several models: name one of default_risk, second"),
        (["third"], "training: --model: use case 'credit' has no model 'third': it has default_risk, second"),
    ],
)
def test_a_model_that_is_not_told_apart_is_refused(
    models: list[str], message: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With those there are."""
    monkeypatch.setitem(USE_CASES, "credit", two_models())
    with pytest.raises(SystemExit) as left:
        parameters.of_model("training").parse_args([*GOOD, *(part for name in models for part in ("--model", name))])
    assert left.value.code == 2
    assert message in capsys.readouterr().err
