"""The lint that keeps the words of one problem out of the stages."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def vocabulary() -> ModuleType:
    """The module `.ci/vocabulary.py`, which lies in no package."""
    spec = importlib.util.spec_from_file_location("vocabulary", ROOT / ".ci" / "vocabulary.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_stages_know_no_problem(vocabulary: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    """As `make lint` asks; every room is there to be asked."""
    assert vocabulary.main(ROOT / "ml") == 0
    assert capsys.readouterr().out == ""
    assert all((ROOT / "ml" / room).is_dir() for room in vocabulary.ROOMS)


@pytest.mark.parametrize(
    "source",
    [
        "probability = 1",
        "def mean_log_loss(): ...",
        "class BrierScore: ...",
        "answers['probability']",
        "f'{1} probability'",
        "model.roc_auc",
        "measure(roc_auc=1)",
        "def measure(roc_auc): ...",
        "from ml.versions.scorer import PROBABILITY",
    ],
)
def test_a_word_in_a_name_or_a_text_is_found(vocabulary: ModuleType, source: str) -> None:
    """With its line."""
    assert [line for line, _ in vocabulary.found("\n" + source)] == [2]


@pytest.mark.parametrize(
    "source",
    ['"""The probability."""', "x = 1  # the log_loss", 'def f():\n    """By roc_auc."""\n    return "answers"'],
)
def test_prose_may_use_it(vocabulary: ModuleType, source: str) -> None:
    """Docstrings and comments."""
    assert list(vocabulary.found(source)) == []


def test_a_room_that_says_one_is_named_with_file_and_line(
    vocabulary: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And what to do; a folder without any room is no repository."""
    (tmp_path / "gates").mkdir()
    (tmp_path / "gates" / "made.py").write_text("\nroc_auc = 1\n")
    assert vocabulary.main(tmp_path) == 1
    said = capsys.readouterr().out
    assert f"{tmp_path / 'gates' / 'made.py'}:2: 'roc_auc'" in said
    assert "ask the problem" in said
    assert vocabulary.main(tmp_path / "gates") == 1
