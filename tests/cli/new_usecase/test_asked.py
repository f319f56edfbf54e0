"""What cannot be made is refused: everything that is wrong at once, and nothing is written."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.errors import CommandError
from cli.main import mlops
from cli.new_usecase.asked import problems
from cli.new_usecase.beginnings import beginning, beginnings
from cli.new_usecase.create import create
from cli.paths import ROOT
from ml.declarations import Period


@pytest.mark.parametrize("name", ["", "ab", "Loans", "car_loans", "car-loans", "2loans", "l" * 21, "lambda", "../up"])
def test_a_name_that_something_cannot_have_is_refused(name: str) -> None:
    """A package, schemas, jobs and principals are called by it."""
    [said] = problems(name, ROOT)
    assert said.startswith(f"name {name!r}: give 3 to 20 lower-case letters and digits")


def test_a_name_that_is_free_is_taken() -> None:
    """Nothing is wrong with it."""
    assert list(problems("loans2", ROOT)) == []


def test_a_folder_that_exists_is_kept() -> None:
    """Its declaration and its tests are somebody's work."""
    found = list(problems("credit", ROOT))
    assert found == [
        "folder ml/usecases/credit exists: choose another name, or remove it",
        "folder tests/ml/usecases/credit exists: choose another name, or remove it",
    ]
    assert list(problems("platform", ROOT)) == [
        "name 'platform': a schema of the platform has this name; choose another"
    ]


@pytest.mark.parametrize("name", ["story", "folders"])
def test_a_name_of_a_module_beside_the_use_cases_is_refused(name: str) -> None:
    """Its package would be imported in place of the module, and no use case would load."""
    assert list(problems(name, ROOT)) == [
        f"name {name!r}: the package would hide ml/usecases/{name}.py, which all use cases import; choose another"
    ]


def test_everything_wrong_is_said_at_once_and_nothing_is_written(tmp_path: Path) -> None:
    """Name and problem together, with the problems that there are."""
    (tmp_path / "ml" / "problems" / "regression" / "new_usecase").mkdir(parents=True)
    (tmp_path / "ml" / "problems" / "regression" / "new_usecase" / "regression.toml").write_text("")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(CommandError) as refused:
        create(tmp_path, "Loans", "clustering", Period.DAY, serving=False)
    assert "name 'Loans': give 3 to 20" in refused.value.message
    assert "problem 'clustering' is unknown: name one of regression" in refused.value.message
    assert refused.value.exit_code == 2
    assert sorted(tmp_path.rglob("*")) == before


def test_the_command_says_what_is_wrong() -> None:
    """In one line, with the exit code of a wrong argument; a period is one of four."""
    done = CliRunner().invoke(mlops, ["new-usecase", "credit", "--problem", "clustering"])
    assert done.exit_code == 2
    assert "ml/usecases/credit exists" in done.output
    assert "problem 'clustering' is unknown: name one of classification, " in done.output
    wrong = CliRunner().invoke(mlops, ["new-usecase", "loans", "--problem", "regression", "--period", "year"])
    assert (wrong.exit_code, "'year' is not one of 'hour', 'day', 'week', 'month'" in wrong.output) == (2, True)


def test_a_problem_is_found_by_its_file(tmp_path: Path) -> None:
    """Without a line elsewhere; a file that lacks what templates read is refused with what it lacks."""
    folder = tmp_path / "ml" / "problems" / "ranking" / "new_usecase"
    folder.mkdir(parents=True)
    (folder / "ranking.toml").write_text('question = "which comes first?"\nspeed = "high"\n')
    assert list(beginnings(tmp_path)) == ["ranking"]
    with pytest.raises(CommandError, match=r"ranking\.toml lacks \['gates', .*\] and has the unknown keys \['speed'\]"):
        beginning(tmp_path, "ranking")


def test_the_problems_of_the_repository_have_a_beginning() -> None:
    """Each can be read."""
    found = beginnings(ROOT)
    assert {"classification", "multiclass", "regression"} <= set(found)
    assert [beginning(ROOT, name).name for name in found] == list(found)
