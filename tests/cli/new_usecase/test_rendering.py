"""What is written is code as this repository writes it, whatever was asked for."""

import itertools
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cli.new_usecase.asked import PACES, Asked
from cli.new_usecase.beginnings import beginning, beginnings
from cli.new_usecase.rendering import imports, in_order, rendered, target
from cli.paths import ROOT

_LENGTHS = ("bob", "weatheroftwentyletter"[:20])


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every problem with every period; in turn without an endpoint and with one, of a short name and a long one."""
    folder = tmp_path_factory.mktemp("written")
    ways = itertools.cycle(zip((False, True), _LENGTHS, strict=True))
    asked = itertools.product(beginnings(ROOT), PACES.values())
    for place, ((problem, pace), (serving, name)) in enumerate(zip(asked, ways, strict=False)):
        one = Asked(name=name, beginning=beginning(ROOT, problem), pace=pace, serving=serving)
        for path, text in rendered(one).items():
            file = folder / str(place) / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        # Its rules are for paths below it, so each checkout has its own.
        shutil.copy(ROOT / "pyproject.toml", folder / str(place))
    return folder


@pytest.mark.parametrize("check", [["check"], ["format", "--check"]])
def test_it_is_in_style(written: Path, check: list[str]) -> None:
    """Ruff finds nothing, and would format nothing otherwise."""
    command = [sys.executable, "-m", "ruff", *check, "--no-cache"]
    done = subprocess.run([*command, str(written)], cwd=written, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout[-3000:]


def test_a_page_reads_on(written: Path) -> None:
    """No piece of a template is left in anything that is written."""
    texts = [path.read_text(encoding="utf-8") for path in written.rglob("*") if path.suffix in (".py", ".md")]
    assert len(texts) > 100
    assert not [text for text in texts if "{{" in text or "{%" in text]


def test_each_file_has_its_place() -> None:
    """The use case's folder, that of its tests, and its page."""
    assert target(Path("ml/demo/story.py.j2"), "loans") == "ml/usecases/loans/demo/story.py"
    assert target(Path("tests/test_declaration.py.j2"), "loans") == "tests/ml/usecases/loans/test_declaration.py"
    assert target(Path("docs/page.md.j2"), "loans") == "docs/usecases/loans.md"


def test_imports_are_in_order() -> None:
    """Constants before classes, and modules by name, which the use case's own name decides."""
    assert imports(["UseCase", "ROC_AUC", "Algorithm", "LOG_LOSS", "UseCase"]) == [
        *("LOG_LOSS", "ROC_AUC", "Algorithm", "UseCase"),
    ]
    text = "import os\n\nfrom ml.usecases.story import Story\nfrom ml.usecases.loans.tables import CASES\n\nX = 1\n"
    assert in_order(text).splitlines()[2:4] == [
        "from ml.usecases.loans.tables import CASES",
        "from ml.usecases.story import Story",
    ]


def test_a_problem_replaces_a_template_by_its_own(tmp_path: Path) -> None:
    """A file of the same path in its folder is written in place of the common one, another beside the others."""
    begun = beginning(ROOT, "regression")
    (tmp_path / "ml" / "demo").mkdir(parents=True)
    (tmp_path / "ml" / "features.py.j2").write_text('"""Features of {{ name }}."""\n')
    (tmp_path / "ml" / "demo" / "horizons.py.j2").write_text('"""Horizons."""\n')
    own = type(begun)(**{**vars(begun), "templates": tmp_path})
    asked = Asked(name="loans", beginning=own, pace=next(iter(PACES.values())), serving=False)
    files = rendered(asked)
    assert files["ml/usecases/loans/features.py"] == '"""Features of loans."""\n'
    assert files["ml/usecases/loans/demo/horizons.py"] == '"""Horizons."""\n'
    assert "ml/usecases/loans/tables.py" in files
