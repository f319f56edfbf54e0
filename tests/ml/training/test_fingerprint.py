"""When a training is the same as an earlier one."""

import json
import shutil
from dataclasses import asdict, replace
from datetime import date
from enum import Enum
from pathlib import Path

import grimp
import pytest

import ml
from ml.declarations import Algorithm, Monitoring, Regression
from ml.examples.dataset import Period
from ml.training.fingerprint import code_sha256, fingerprint, sources
from ml.usecases import USE_CASES, use_case
from tests.ml.problems.made import gates

_SAME: dict[str, object] = {
    "model_name": "prod.credit_ops.default_risk",
    "model": use_case("credit").models[0],
    "source_catalog": "prod",
    "periods": (Period(period=date(2023, 1, 1), rows=10, checksum=99),),
    "sample_rows": 0,
    "code": "c",
    "requirements": ("xgboost==3.2.0",),
}


_REGRESSION = replace(
    use_case("credit").models[0],
    problem=Regression(unit="EUR"),
    algorithms=(Algorithm.XGBOOST,),
    monitoring=Monitoring(),
    gates=gates(Regression(unit="EUR")),
)


def _print(**changed: object) -> str:
    return fingerprint(**{**_SAME, **changed})  # type: ignore[arg-type]


def test_equal_inputs_have_equal_fingerprints() -> None:
    """64 hex digits, the same each time."""
    assert _print() == _print()
    assert len(_print()) == 64


@pytest.mark.parametrize(
    "changed",
    [
        {"model": replace(use_case("credit").models[0], seed=1)},
        {"model": replace(use_case("credit").models[0], features=("limit_bal",))},
        {"model": _REGRESSION},
        {"source_catalog": "dev"},
        {"periods": (Period(period=date(2023, 1, 1), rows=10, checksum=98),)},
        {"sample_rows": 500},
        {"holdout_start": date(2023, 1, 1)},
        {"code": "d"},
        {"requirements": ("xgboost==3.2.1",)},
        {"model_name": "dev.credit_ops.default_risk"},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_whatever_decides_a_model_changes_it(changed: dict[str, object]) -> None:
    """One value of the data, the declaration, the sample, the code, a library."""
    assert _print(**changed) != _print()


def test_what_only_its_card_says_changes_nothing() -> None:
    """Another purpose is no other model."""
    said = replace(use_case("credit").models[0], purpose="another", not_for="nothing")
    assert _print(model=said) == _print()


def test_whatever_training_imports_says_whether_it_retrains() -> None:
    """Each module, or its package, has the marker. A room that training begins to import cannot be forgotten."""
    root = Path(ml.__file__).parent
    found = sources(root)
    imported = grimp.build_graph("ml").find_upstream_modules("ml.training.train") - {"ml"}
    paths = {name: name.removeprefix("ml.").replace(".", "/") for name in imported}
    files = {name: f"{path}/__init__.py" if (root / path).is_dir() else f"{path}.py" for name, path in paths.items()}
    assert "ml.examples.dataset" in imported
    assert [name for name, path in sorted(files.items()) if found[path].retrains is None] == []


def test_a_model_is_made_by_these_rooms() -> None:
    """What only finds a version, reads tables or judges trains nothing new."""
    found = {path for path, source in sources(Path(ml.__file__).parent).items() if source.retrains}
    assert {"training/train.py", "examples/dataset.py", "evaluation/metrics.py", "versions/contract.py"} <= found
    assert not {"versions/champion.py", "tables/door.py", "gates/verdict.py", "monitoring/rules.py"} & found


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package with a room that retrains but for one module, a room that does not, and one that is silent."""
    written = {
        "__init__.py": "RETRAINS = True\n",
        "fits/__init__.py": '"""Doc."""\nRETRAINS = True\n',
        "fits/deep/model.py": "a = 1\n",
        "fits/finds.py": "RETRAINS = False\n",
        "judges/__init__.py": "RETRAINS = False\n",
        "judges/gate.py": "",
        "silent/__init__.py": "",
        "silent/part.py": "said = 'RETRAINS = True'\n",
    }
    for path, text in written.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    return tmp_path


def test_a_module_has_its_own_marker_or_that_of_its_package(package: Path) -> None:
    """The package `ml` itself speaks for none of its rooms, and a text that looks like a marker is none."""
    assert {path: source.retrains for path, source in sources(package).items()} == {
        "fits/__init__.py": True,
        "fits/deep/model.py": True,
        "fits/finds.py": False,
        "judges/__init__.py": False,
        "judges/gate.py": False,
        "silent/__init__.py": None,
        "silent/part.py": None,
    }


def test_only_a_change_of_what_retrains_changes_the_hash(package: Path) -> None:
    """Compiled files and modules that deny it or are silent change nothing."""
    before = code_sha256(package)
    (package / "fits/finds.py").write_text("RETRAINS = False\nb = 2\n")
    (package / "silent/part.py").write_text("c = 3\n")
    (package / "fits/model.pyc").write_bytes(b"compiled")
    assert code_sha256(package) == before
    (package / "fits/deep/model.py").write_text("a = 2\n")
    assert code_sha256(package) != before


def test_equal_code_has_one_hash_wherever_it_lies(tmp_path: Path) -> None:
    """The path of a checkout is no part of it."""
    copied = tmp_path / "elsewhere" / "wheel"
    shutil.copytree(Path(ml.__file__).parent, copied, ignore=shutil.ignore_patterns("__pycache__"))
    assert code_sha256(copied) == code_sha256()


@pytest.mark.parametrize("name", sorted(USE_CASES))
def test_a_declaration_is_spelled_alike_in_every_process(name: str) -> None:
    """It is JSON but for dates and enumerations: no set with an order of its own, no object spelled by its address."""

    def plain(value: object) -> str:
        assert isinstance(value, date | Enum), f"{value!r} would be spelled differently in another process"
        return str(value)

    for model in use_case(name).models:
        assert json.loads(json.dumps(asdict(model), default=plain))["features"] == list(model.features)
