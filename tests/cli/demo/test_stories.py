"""Stories are found by the folders of their use cases, and the engine knows none of them."""

import ast
import itertools
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import cli.demo
from cli.demo.stories import story_of, told
from cli.errors import CommandError
from ml.declarations import UseCase
from ml.usecases import USE_CASES
from ml.usecases.credit.demo.story import STORY

_NUMBERS = itertools.count()


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package of four use cases: two with a story, one whose story is none, and one without."""
    monkeypatch.syspath_prepend(tmp_path)
    root = tmp_path / f"made_stories_{next(_NUMBERS)}"
    tells = "from ml.usecases.credit.demo.story import STORY"
    for name, story in {"loans": tells, "cards": tells, "pay": "STORY = 'pay'", "quiet": None}.items():
        (root / name).mkdir(parents=True)
        (root / name / "declaration.py").write_text("")
        if story is not None:
            (root / name / "demo").mkdir()
            (root / name / "demo" / "story.py").write_text(story)
    (root / "__init__.py").write_text("")
    return root


def test_a_story_is_found_by_its_folder(package: Path) -> None:
    """Without a line elsewhere; credit's is among those of the repository."""
    assert told(package.name) == ["cards", "loans", "pay"]
    assert story_of("loans", package.name) is STORY
    assert story_of("credit") is STORY


@pytest.mark.parametrize(
    ("use_case", "said"),
    [
        ("quiet", "use case 'quiet' has no story: add {at}/quiet/demo/story.py, or name one that has a story: "),
        ("weather", "use case 'weather' is not declared: correct the name, or name one that has a story: "),
    ],
)
def test_a_use_case_without_a_story_is_refused_with_those_that_have_one(
    package: Path, use_case: str, said: str
) -> None:
    """What is wrong, and what to change; the exit code is that of a wrong argument."""
    with pytest.raises(CommandError) as refused:
        story_of(use_case, package.name)
    assert refused.value.message == said.format(at=package.name) + "cards, loans, pay"
    assert refused.value.exit_code == 2


def test_a_story_that_is_none_is_refused(package: Path) -> None:
    """With what its module must assign."""
    with pytest.raises(CommandError, match=r"/pay/demo/story\.py must assign one Story to STORY, not str"):
        story_of("pay", package.name)


def _own_words(use_case: UseCase) -> Iterator[str]:
    """What only this use case calls so: itself, its feeds, and their columns as they are received and kept."""
    yield use_case.name
    for feed in use_case.feeds:
        yield feed.name
        yield from (column.name for column in feed.silver.columns)
        yield from feed.raw_columns


def _named(sources: str) -> Iterator[str]:
    """What the code calls by a string: a whole one, or a word of a query. Prose may say `day`; Python, `json.loads`."""
    for node in ast.walk(ast.parse(sources)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
            if re.search(r"\bselect\b", node.value, re.IGNORECASE):
                yield from re.findall(r"[A-Za-z0-9_]+", node.value)


def test_the_engine_knows_no_use_case() -> None:
    """It names neither a use case nor its feeds, columns or periods: another story needs no change of it."""
    sources = "\n".join(path.read_text("utf-8") for path in Path(cli.demo.__path__[0]).glob("*.py"))
    named = set(_named(sources))
    assert "model_version" in named
    assert not {word for use_case in USE_CASES.values() for word in _own_words(use_case)} & named
    assert not re.findall(r"\b20\d\d-\d\d\b", sources)
