"""The fingerprint of a training: equal fingerprints would train the same model, so the version is reused."""

import ast
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from importlib.resources import files
from importlib.resources.abc import Traversable

from ml.declarations import Model
from ml.examples.dataset import Period

# `RETRAINS = True` in a package, or in a module of its own opinion: a change there trains a new version. What training
# imports must say so or deny it; tests/ml/training/test_fingerprint.py fails for a package that is silent.
MARKER = "RETRAINS"
_PACKAGE = "__init__.py"
# What of a declared model is read only after it is trained: another limit, endpoint or purpose makes no other model.
_DECIDES_NOTHING = ("gates", "monitoring", "serving", "streaming", "sinks", "purpose", "not_for")


@dataclass(frozen=True, kw_only=True)
class Source:
    """One module of the wheel: its bytes, and whether it retrains; None if neither it nor its package says."""

    content: bytes
    retrains: bool | None


def marker(source: bytes) -> bool | None:
    """The module's `RETRAINS` marker, read from its source. Nothing is imported, so no Spark starts."""
    if MARKER.encode() not in source:
        return None
    for statement in ast.parse(source).body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=bool(said))) if name == MARKER:
                return said
    return None


def sources(root: Traversable) -> dict[str, Source]:
    """The modules below the package `root` by their path in it, such as `training/plan.py`. Packages below inherit."""
    return dict(
        found for at in root.iterdir() if at.name != _PACKAGE for found in _sources(at, at.name, inherited=None)
    )


def _sources(at: Traversable, path: str, *, inherited: bool | None) -> Iterator[tuple[str, Source]]:
    if at.is_file():
        if path.endswith(".py"):
            content = at.read_bytes()
            own = marker(content)
            yield path, Source(content=content, retrains=inherited if own is None else own)
        return
    package = at.joinpath(_PACKAGE)
    own = marker(package.read_bytes()) if package.is_file() else None
    for child in at.iterdir():
        yield from _sources(child, f"{path}/{child.name}", inherited=inherited if own is None else own)


def code_sha256(root: Traversable | None = None) -> str:
    """SHA-256 over the modules that retrain, by their path in the package: the same wherever the package lies."""
    digest = hashlib.sha256()
    for path, source in sorted(sources(files("ml") if root is None else root).items()):
        if source.retrains:
            digest.update(f"{path}:{len(source.content)}:".encode())
            digest.update(source.content)
    return digest.hexdigest()


def fingerprint(
    *,
    model_name: str,
    model: Model,
    source_catalog: str,
    periods: Sequence[Period],
    sample_rows: int,
    holdout_start: date | None = None,
    code: str,
    requirements: Sequence[str],
) -> str:
    """SHA-256 over everything that decides a model: data, declaration, sample, hold-out, code, library versions."""
    decides = {name: value for name, value in asdict(model).items() if name not in _DECIDES_NOTHING}
    inputs = {
        "model_name": model_name,
        # A problem without settings of its own has no field that would tell it from another.
        "model": {**decides, "problem": repr(model.problem)},
        "source_catalog": source_catalog,
        "periods": [asdict(period) for period in periods],
        "sample_rows": sample_rows,
        "holdout_start": holdout_start,
        "code": code,
        "requirements": list(requirements),
    }
    return hashlib.sha256(json.dumps(inputs, sort_keys=True, default=str).encode()).hexdigest()
