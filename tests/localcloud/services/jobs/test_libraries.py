"""Whether wheels fit the runtime that they would be installed on."""

from pathlib import Path

import pytest

from infra.wheel import build_wheel
from localcloud.services.compute import runtimes
from localcloud.services.jobs.libraries import placed, problems, read
from localcloud.services.jobs.task_wheels import own_first, require_fit, wheel_paths
from localcloud.services.jobs.wheels import WheelError, unpack
from tests.localcloud.services.jobs.conftest import Plant, results
from tests.localcloud.wheels import write_wheel

LTS = "17.3.x-cpu-ml-scala2.13"
RUNTIMES = (LTS, "17.3.x-gpu-ml-scala2.13", "18.x-cpu-ml-scala2.13", "18.x-gpu-ml-scala2.13")
WHEELS = "/Volumes/prod/platform_ops/wheels/fits"
TASK = {"new_cluster": {"spark_version": LTS}, "python_wheel_task": {"package_name": "probe"}}


def wheel(folder: Path, *needs: str, name: str = "probe", version: str = "1.0") -> Path:
    """An unpacked wheel with these requirements."""
    archive = write_wheel(folder / name, modules={}, entry_points={}, name=name, version=version, needs=needs)
    return unpack(archive.read_bytes(), folder / "unpacked")


def refused(folder: Path, *needs: str) -> str:
    """Why a wheel with these requirements is refused on 17.3 LTS ML."""
    with pytest.raises(WheelError) as error:
        require_fit([wheel(folder, *needs)], TASK, {})
    return str(error.value)


def test_a_wheel_whose_ranges_hold_the_runtimes_versions_fits(tmp_path: Path) -> None:
    """Nothing of the runtime is replaced, so nothing is refused; what only another Python needs is not asked for."""
    needs = (
        "mlflow-skinny>=3.0.1,<4",
        "scikit_learn>=1.6",
        "tomli>=9; python_version < '3.11'",
        "dask; extra == 'more'",
    )
    require_fit([wheel(tmp_path, *needs)], TASK, {})


def test_a_range_that_would_replace_the_runtimes_library_is_refused(tmp_path: Path) -> None:
    """The range of before: MLflow 3.17 would be fetched on every cluster, over the runtime's 3.0.1."""
    runtime = "Databricks Runtime 17.3 LTS for Machine Learning"
    told = refused(tmp_path, "mlflow-skinny>=3.17,<4", "pandas>=2.3")
    assert f"probe needs mlflow-skinny<4,>=3.17; {runtime} has 3.0.1" in told
    assert f"probe needs pandas>=2.3; {runtime} has 2.2.3" in told


def test_what_the_runtime_lacks_must_travel_along(tmp_path: Path) -> None:
    """A wheel beside it satisfies the requirement, with the version that it has and all that it needs itself."""
    runtime = "Databricks Runtime 17.3 LTS for Machine Learning"
    assert f"probe needs statsforecast>=2, which {runtime} lacks" in refused(tmp_path / "a", "statsforecast>=2")
    own, beside = wheel(tmp_path, "statsforecast>=2"), wheel(tmp_path, "numba", name="statsforecast", version="2.0.1")
    require_fit([own, beside], TASK, {})
    old = wheel(tmp_path, name="statsforecast", version="1.7.8")
    with pytest.raises(WheelError, match=r"probe needs statsforecast>=2; what travels along has 1\.7\.8"):
        require_fit([own, old], TASK, {})
    greedy = wheel(tmp_path, "coreforecast", name="statsforecast", version="2.0.2")
    with pytest.raises(WheelError, match=r"statsforecast needs coreforecast, which Databricks Runtime 17\.3 LTS"):
        require_fit([own, greedy], TASK, {})


def test_a_runtime_without_manifest_takes_no_wheel_that_needs_something(tmp_path: Path) -> None:
    """What it lacks is unknown; a wheel without requirements runs on anything."""
    old = {**TASK, "new_cluster": {"spark_version": "15.4.x-cpu-ml-scala2.12"}}
    require_fit([wheel(tmp_path / "a")], old, {})
    with pytest.raises(WheelError, match=r"runtime '15\.4\.x-cpu-ml-scala2\.12' has no manifest in ml/runtimes/"):
        require_fit([wheel(tmp_path, "pandas")], old, {})


def test_a_serverless_task_is_held_against_its_environment(tmp_path: Path) -> None:
    """Environment 5 has MLflow 3.8.1 and no XGBoost."""
    task = {"environment_key": "main", "python_wheel_task": {"package_name": "probe"}}
    settings = {"environments": [{"environment_key": "main", "spec": {"environment_version": "5"}}]}
    require_fit([wheel(tmp_path / "a", "mlflow-skinny>=3.8")], task, settings)
    with pytest.raises(WheelError, match="needs xgboost>=3, which Serverless compute, environment version 5 lacks"):
        require_fit([wheel(tmp_path, "xgboost>=3")], task, settings)


@pytest.mark.parametrize("library", [{"pypi": {"package": "optuna==4.0"}}, {"requirements": "/Volumes/a/b/c/r.txt"}])
def test_a_library_of_an_index_is_refused(library: dict[str, object]) -> None:
    """No cluster of this platform asks an index, and the local cloud reaches none."""
    with pytest.raises(WheelError, match="no index is reached from here"):
        wheel_paths({"libraries": [{"whl": "/Volumes/a/b/c/probe.whl"}, library]}, {})


def test_a_task_without_any_wheel_is_refused() -> None:
    """An environment without dependencies names no code."""
    settings = {"environments": [{"environment_key": "main", "spec": {"environment_version": "5"}}]}
    with pytest.raises(WheelError, match="the task names 0 wheels"):
        wheel_paths({"environment_key": "main"}, settings)


def test_the_wheel_of_the_task_is_found_among_those_that_travel(tmp_path: Path) -> None:
    """By its package's name, wherever it stands in the list."""
    own, beside = wheel(tmp_path, name="my_probe"), wheel(tmp_path, name="other")
    task = {"python_wheel_task": {"package_name": "my_probe"}}
    assert own_first([beside, own], task) == [own, beside]
    assert own_first([beside], task) == [beside]
    assert own_first([beside, own], {"python_wheel_task": None, "notebook_task": {}}) == [beside, own]


def test_a_wheel_comes_before_this_machines_libraries_only_if_they_lack_it(tmp_path: Path) -> None:
    """So a notebook's first library hides neither the machine's own of that name nor the wheel beside it."""
    known, own = wheel(tmp_path, name="pandas"), wheel(tmp_path, name="my_probe")
    assert placed([known, own]) == ([own], [known])


@pytest.mark.parametrize("spark_version", RUNTIMES)
def test_this_platforms_wheel_fits_the_declared_runtimes(tmp_path: Path, spark_version: str) -> None:
    """No cluster of 17.3 LTS ML or 18 LTS ML fetches or replaces anything for it."""
    built = read(unpack(build_wheel(cache=tmp_path / "dist").path.read_bytes(), tmp_path / "unpacked"))
    runtime = runtimes.of_cluster(spark_version)
    assert built is not None
    assert runtime is not None
    assert [need.name for need in built.needs][:3] == ["databricks-sdk", "lightgbm", "mlflow-skinny"]
    assert problems([built], runtime) == []


def test_a_job_runs_with_what_travels_and_not_without(plant: Plant, tmp_path: Path) -> None:
    """The task fails before any code runs, naming what is lacking; with that wheel beside its own it imports it."""
    code = {"probe.py": "def main():\n    import besides\n    print(besides.WORD)\n"}
    needy = write_wheel(tmp_path, modules=code, entry_points={"main": "probe:main"}, version="2.0", needs=("besides",))
    other = write_wheel(tmp_path, modules={"besides.py": "WORD = 'travelled'"}, entry_points={}, name="besides")
    for archive in (needy, other):
        url = f"{plant.core.url('prod')}/api/2.0/fs/files{WHEELS}/{archive.name}"
        assert plant.core.call("PUT", url, content=archive.read_bytes()).is_success
    entry = {"service_principal_name": plant.principal, "permission_level": "CAN_USE"}
    policy_id = plant.admin.cluster_policies.create(name="any", definition="{}").policy_id
    plant.core.call(
        "PATCH",
        f"{plant.core.url('prod')}/api/2.0/permissions/cluster-policies/{policy_id}",
        json={"access_control_list": [entry]},
    )
    cluster = {"spark_version": LTS, "policy_id": policy_id, "num_workers": 0}

    def task(*archives: Path) -> dict[str, object]:
        libraries = [{"whl": f"{WHEELS}/{archive.name}"} for archive in archives]
        made: dict[str, object] = plant.task("a", "main", libraries=libraries, new_cluster=cluster)
        return made

    alone = plant.run(plant.create("alone", task(needy)))
    assert alone.state is not None
    lacking = "probe needs besides, which Databricks Runtime 17.3 LTS for Machine Learning lacks"
    assert f"Library installation failed: {lacking}" in (alone.state.state_message or "")
    together = plant.run(plant.create("together", task(other, needy)))
    assert results(together) == {"a": "SUCCESS"}
    output = plant.admin.jobs.get_run_output(together.tasks[0].run_id)  # type: ignore[index,arg-type]  # it has one task
    assert output.logs == "travelled\n"
