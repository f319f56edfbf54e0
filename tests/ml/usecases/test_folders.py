"""Use cases are found by their folders."""

import itertools
from pathlib import Path

import pytest

from ml.declarations.errors import DeclarationError
from ml.usecases import USE_CASES
from ml.usecases.folders import declared

_NUMBERS = itertools.count()
_LIKE_CREDIT = """
from dataclasses import replace

from ml.usecases.credit.declaration import USE_CASE as CREDIT

USE_CASE = replace(CREDIT, name={name!r})
"""


class Package:
    """A package of use cases on the path, under a name of its own."""

    def __init__(self, root: Path) -> None:
        self.name = f"made_use_cases_{next(_NUMBERS)}"
        self.root = root / self.name
        self.add("__init__.py", "")

    def add(self, path: str, text: str) -> None:
        """Write a file below the package."""
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Package:
    """An empty package of use cases."""
    monkeypatch.syspath_prepend(tmp_path)
    return Package(tmp_path)


def test_each_folder_of_the_repository_is_a_use_case() -> None:
    """Credit is one of them, and is declared once."""
    root = Path(__file__).parents[3] / "ml" / "usecases"
    assert sorted(USE_CASES) == sorted(path.parent.name for path in root.glob("*/declaration.py"))
    assert "credit" in USE_CASES


def test_a_new_folder_is_found_without_a_line_elsewhere(package: Package) -> None:
    """By name, in the order of names; compiled files of a removed use case are none."""
    for name in ("loans", "cards"):
        package.add(f"{name}/declaration.py", _LIKE_CREDIT.format(name=name))
    package.add("__pycache__/declaration.cpython-311.pyc", "")
    package.add("gone/__pycache__/declaration.cpython-311.pyc", "")
    assert [(name, case.name) for name, case in declared(package.name).items()] == [
        ("cards", "cards"),
        ("loans", "loans"),
    ]


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        (
            "loans/declaration.py",
            "import nothing_of_this_name",
            "/loans cannot be imported (ModuleNotFoundError: No module named 'nothing_of_this_name'): "
            "correct its declaration.py or what that imports",
        ),
        (
            "loans/declaration.py",
            _LIKE_CREDIT.format(name="lending"),
            "/loans declares a use case of the name 'lending': call both alike",
        ),
        (
            "loans/declaration.py",
            "USE_CASES = ()",
            "/loans declares no USE_CASE: its declaration.py must assign one UseCase to USE_CASE, not NoneType",
        ),
        (
            "loans/tables.py",
            "",
            "/loans has no declaration.py: add one that declares USE_CASE, or remove the folder",
        ),
    ],
    ids=["no import", "another name", "no use case", "no declaration"],
)
def test_a_folder_that_is_no_use_case_is_named(package: Package, path: str, text: str, said: str) -> None:
    """With what is wrong, and what to change."""
    package.add(path, text)
    with pytest.raises(DeclarationError) as refused:
        declared(package.name)
    assert refused.value.problems == (f"folder {package.name}{said}",)


def test_all_wrong_folders_are_named_at_once(package: Package) -> None:
    """A right one among them changes nothing."""
    package.add("cards/declaration.py", _LIKE_CREDIT.format(name="cards"))
    package.add("loans/declaration.py", "1 / 0")
    package.add("pay/declaration.py", "USE_CASE = 'pay'")
    with pytest.raises(DeclarationError) as refused:
        declared(package.name)
    assert [problem.split()[1] for problem in refused.value.problems] == [
        f"{package.name}/loans",
        f"{package.name}/pay",
    ]
