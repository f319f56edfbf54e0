"""What travels to a runtime: resolved against its manifest, pinned by hash, and fetched from nowhere else."""

from dataclasses import replace
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from infra import libraries
from infra.jobs.compute import packages
from infra.libraries import LibrariesError, read_lock, resolve, travelling
from infra.main import WORKSPACES
from infra.runtimes import Runtime, of_cluster, runtimes, serverless
from infra.spec import load
from infra.wheel import optional_requirements, requirements
from ml.declarations import Forecasting
from ml.usecases import USE_CASES, use_case
from tests.localcloud.wheels import write_wheel

NEEDS = (Requirement("numpy>=2"), Requirement("besides>=1"))


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in place of an index: `besides` needs `deeper`, which needs a NumPy that the runtime has."""
    folder = tmp_path / "index"
    for name, version, needs in (
        ("besides", "1.5", ("deeper", "extras; extra == 'more'")),
        ("deeper", "3.0", ("numpy>=2.1",)),
        ("numpy", "2.1.3", ()),
        ("numpy", "2.4.0", ()),
    ):
        write_wheel(folder, modules={f"{name}.py": ""}, entry_points={}, name=name, version=version, needs=needs)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def test_what_the_runtime_lacks_is_pinned_in_the_order_of_installation(index: Path, tmp_path: Path) -> None:
    """All the way down and each after what it needs; what the runtime has is neither pinned nor made newer."""
    runtime = runtimes()[0]
    pins = resolve(runtime, runtime.lacks(NEEDS))
    assert [(pin.name, pin.version) for pin in pins] == [("deeper", "3.0"), ("besides", "1.5")]
    folder = _locked(tmp_path, *map(str, pins))
    wheels = travelling(runtime, NEEDS, cache=tmp_path / "cache", folder=folder)
    assert [wheel.path.name for wheel in wheels] == ["deeper-3.0-py3-none-any.whl", "besides-1.5-py3-none-any.whl"]
    assert [wheel.path.read_bytes() for wheel in wheels] == [(index / wheel.path.name).read_bytes() for wheel in wheels]
    assert [wheel.sha256 for wheel in wheels] == [pin.sha256 for pin in pins]


def test_a_wheel_with_other_bytes_is_refused(index: Path, tmp_path: Path) -> None:
    """An index that answers something else than what was locked deploys nothing."""
    folder = _locked(tmp_path, f"besides==1.5 --hash=sha256:{'0' * 64}")
    assert list(index.glob("besides*"))
    with pytest.raises(LibrariesError, match="THESE PACKAGES DO NOT MATCH THE HASHES"):
        travelling(runtimes()[0], NEEDS, cache=tmp_path / "cache", folder=folder)


def test_a_lock_that_lacks_something_says_how_to_lock_it(tmp_path: Path) -> None:
    """A synthesis resolves nothing by itself."""
    folder = _locked(tmp_path, f"besides==0.9 --hash=sha256:{'0' * 64}")
    with pytest.raises(LibrariesError, match=r"lacks besides>=1, and 17\.3\.lock does not bring it: make libraries"):
        travelling(runtimes()[0], NEEDS, folder=folder)


def test_a_line_without_a_hash_is_no_pin(tmp_path: Path) -> None:
    """Whatever an index answered would be installed on every cluster."""
    with pytest.raises(LibrariesError, match=r"'besides==1\.5' is no pin"):
        read_lock(_locked(tmp_path, "besides==1.5") / "17.3.lock")


def test_nothing_travels_to_the_declared_runtimes() -> None:
    """17.3 LTS ML and 18 LTS ML have all that the wheel needs, for CPU and GPU."""
    for spark_version in ("17.3.x-cpu-ml-scala2.13", "17.3.x-gpu-ml-scala2.13", "18.x-cpu-ml-scala2.13"):
        runtime = of_cluster(spark_version)
        assert runtime is not None
        assert runtime.lacks(requirements()) == ()
        assert travelling(runtime) == ()


def test_serverless_compute_gets_what_it_lacks() -> None:
    """It has no search and no boosters; their locked versions are in range, each after what it needs."""
    lacking = {need.name for need in serverless().lacks(requirements())}
    assert lacking == {"lightgbm", "optuna", "xgboost"}
    names = [pin.name for pin in read_lock(libraries.lock_file(serverless()))]
    assert names.index("alembic") < names.index("optuna")
    assert names.index("sqlalchemy") < names.index("alembic")
    assert {"lightgbm", "xgboost"} <= set(names)
    assert not set(names) & serverless().libraries.keys()


@pytest.mark.parametrize("runtime", runtimes(), ids=lambda runtime: runtime.key)
def test_what_a_declared_model_needs_is_locked_for_each_runtime(runtime: Runtime) -> None:
    """`statsforecast` comes after all that it needs; nothing is replaced that the runtime has, or that travels."""
    (need,) = [each for each in optional_requirements() if each.name == "statsforecast"]
    pins = read_lock(libraries.lock_file(runtime, extra="statsforecast"))
    names = [pin.name for pin in pins]
    assert need.specifier.contains(pins[-1].version)
    assert (names[-1], names.index("triad") < names.index("fugue")) == ("statsforecast", True)
    assert not set(names) & runtime.libraries.keys()
    assert not set(names) & {pin.name for pin in read_lock(libraries.lock_file(runtime))}


def test_only_a_model_that_names_a_model_of_the_library_asks_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The shipped ones name none; a fleet that does brings it to every job of its runtimes."""
    shipped = load(WORKSPACES)
    assert packages(shipped) == ()
    demand = use_case("demand")
    (model,) = demand.models
    assert isinstance(model.problem, Forecasting)
    named = replace(model, problem=replace(model.problem, candidates=("auto_ets", "smoothing")))
    monkeypatch.setitem(USE_CASES, "demand", replace(demand, models=(named,)))
    assert packages(shipped) == ("statsforecast",)


def test_a_runtime_whose_library_is_out_of_range_lacks_it() -> None:
    """The MLflow that the wheel wanted before."""
    old = replace(runtimes()[0], libraries={**runtimes()[0].libraries, "pandas": "1.5.3"})
    assert [str(need) for need in old.lacks(requirements())] == ["pandas<3,>=2.2.3"]


def _locked(tmp_path: Path, *lines: str) -> Path:
    """A folder with this lock of the first runtime."""
    (tmp_path / f"{runtimes()[0].key}.lock").write_text("# made by a test\n" + "".join(f"{line}\n" for line in lines))
    return tmp_path
