"""The wheel is a function of its sources."""

import shutil
import zipfile
from pathlib import Path

from infra.wheel import ROOT, build_wheel, entry_points


def _checkout(target: Path) -> Path:
    """A copy of what the wheel is made of, without the caches of running it."""
    shutil.copytree(ROOT / "ml", target / "ml", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "LICENSE", ".gitignore"):
        shutil.copy(ROOT / name, target / name)
    return target


def test_two_builds_have_the_same_bytes(tmp_path: Path) -> None:
    """Built in two places at two times, the wheel is the same, so its hash names its content."""
    first, second = (build_wheel(_checkout(tmp_path / name)) for name in ("a", "b"))
    assert first.path != second.path
    assert (first.sha256, first.path.read_bytes()) == (second.sha256, second.path.read_bytes())


def test_a_built_wheel_is_reused(tmp_path: Path) -> None:
    """The second call finds the first one's file and leaves it as it is."""
    root = _checkout(tmp_path)
    first = build_wheel(root)
    built_at = first.path.stat().st_mtime_ns
    assert build_wheel(root) == first
    assert first.path.stat().st_mtime_ns == built_at


def test_a_changed_source_makes_another_wheel(tmp_path: Path) -> None:
    """One more line of code is another hash, so another path, so another version of every job."""
    root = _checkout(tmp_path)
    before = build_wheel(root)
    (root / "ml" / "__init__.py").write_text('"""Changed."""\n', encoding="utf-8")
    assert build_wheel(root).sha256 != before.sha256


def test_the_wheel_carries_ml_and_its_entry_points(tmp_path: Path) -> None:
    """The code of the jobs is in it, nothing of the other rooms, and the entry points that the jobs name."""
    wheel = build_wheel(_checkout(tmp_path))
    with zipfile.ZipFile(wheel.path) as archive:
        names = archive.namelist()
        [info] = {name.split("/")[0] for name in names} - {"ml"}
        declared = archive.read(f"{info}/entry_points.txt").decode()
    assert info == f"{'-'.join(wheel.path.name.split('-')[:2])}.dist-info"
    assert "ml/declarations/usecase.py" in names
    assert "ml/usecases/credit/declaration.py" in names
    assert not [name for name in names if "__pycache__" in name]
    assert all(f"{name} = {target}" in declared for name, target in entry_points().items())


def test_the_wheel_is_without_stories(tmp_path: Path) -> None:
    """Demo data, stories and their checks are no part of any job: another story makes the same wheel."""
    root = _checkout(tmp_path)
    usecases = root / "ml" / "usecases"
    demos = [path.relative_to(root).as_posix() for path in usecases.glob("*/demo/*.py")]
    assert {"ml/usecases/credit/demo/story.py", "ml/usecases/credit/demo/generate.py"} <= set(demos)
    before = build_wheel(root)
    with zipfile.ZipFile(before.path) as archive:
        names = archive.namelist()
    assert not set(names) & {*demos, "ml/usecases/story.py"}
    (usecases / "credit" / "demo" / "story.py").write_text('"""Another."""\n', encoding="utf-8")
    assert build_wheel(root).sha256 == before.sha256


def test_the_wheel_is_without_what_new_use_cases_begin_with(tmp_path: Path) -> None:
    """Another beginning of a problem makes the same wheel, so it changes no job."""
    root = _checkout(tmp_path)
    begun = root / "ml" / "problems" / "regression" / "new_usecase" / "regression.toml"
    before = build_wheel(root)
    with zipfile.ZipFile(before.path) as archive:
        assert not [name for name in archive.namelist() if "new_usecase" in name]
    begun.write_text(begun.read_text(encoding="utf-8") + "# Another.\n", encoding="utf-8")
    assert build_wheel(root).sha256 == before.sha256
