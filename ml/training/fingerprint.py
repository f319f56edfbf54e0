"""The fingerprint of a training: equal fingerprints would train the same model, so the version is reused."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from importlib.resources import files
from importlib.resources.abc import Traversable

from ml.declarations import Model
from ml.examples.dataset import Month

# The code that decides what a model is; a change elsewhere in the wheel trains nothing new.
_CODE = ("training", "evaluation", "examples", "versions")


def _sources(at: Traversable, path: str) -> list[tuple[str, bytes]]:
    if at.is_file():
        return [(path, at.read_bytes())] if path.endswith(".py") else []
    return [found for child in at.iterdir() for found in _sources(child, f"{path}/{child.name}")]


def code_sha256() -> str:
    """SHA-256 over the source files that training runs, by path."""
    digest = hashlib.sha256()
    root = files("ml")
    for path, content in sorted(source for part in _CODE for source in _sources(root.joinpath(part), part)):
        digest.update(f"{path}:{len(content)}:".encode())
        digest.update(content)
    return digest.hexdigest()


def fingerprint(
    *,
    model_name: str,
    model: Model,
    source_catalog: str,
    months: Sequence[Month],
    sample_rows: int,
    holdout_start: date | None = None,
    code: str,
    requirements: Sequence[str],
) -> str:
    """SHA-256 over all that decides a model: data content, declaration, sample, hold-out, code, library versions."""
    inputs = {
        "model_name": model_name,
        "model": asdict(model),
        "source_catalog": source_catalog,
        "months": [asdict(month) for month in months],
        "sample_rows": sample_rows,
        "holdout_start": holdout_start,
        "code": code,
        "requirements": list(requirements),
    }
    return hashlib.sha256(json.dumps(inputs, sort_keys=True, default=str).encode()).hexdigest()
