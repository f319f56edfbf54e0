"""Loads a model in a separate process and measures it: `python -I probe.py MODEL ANSWER.json`.

MODEL is the folder of a model that takes features (`ml.versions.artifact.raw_model`).

Run by path, with an empty environment: it simulates a server that has the artifact, its pinned packages and nothing
else. `ml` is refused even if it is installed.
"""

import json
import sys
import time
from collections.abc import Sequence
from importlib import import_module
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

_WARM_UP, _MEASURED = 20, 100


class _NoCheckout(MetaPathFinder):
    """Makes `import ml` fail, because a server does not have it. `refused`: the last refused module."""

    refused = ""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Refuse `ml` and its submodules; leave everything else to the other finders."""
        del path, target
        if fullname.partition(".")[0] == "ml":
            self.refused = f"the model imports {fullname}, which the serving environment does not have"
            raise ModuleNotFoundError(self.refused)
        return None


def _peak_memory_mib() -> float:
    """Peak memory of this process. From Linux' VmHWM, because `ru_maxrss` would include the parent's."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    import resource  # noqa: PLC0415 - not on Linux

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def _other_versions(requirements: Path) -> list[str]:
    """Packages that are missing here, or installed in another version than the artifact pins."""
    found = []
    for line in requirements.read_text().split():
        name, _, pinned = line.partition("==")
        try:
            here = str(import_module(name).__version__)
        except (ImportError, AttributeError):
            here = "absent"
        if here != pinned:
            found.append(f"{name} {here}, pinned {pinned or 'nothing'}")
    return found


def _accepts(model: Any, frame: Any) -> bool:
    """Whether the model answers `frame` instead of raising."""
    try:
        model.predict(frame)
    except Exception:  # noqa: BLE001 - any refusal is right
        return False
    return True


def wrong_inputs(example: Any) -> dict[str, Any]:
    """Inputs that a model must refuse, by their fault; for a model that takes only text, text is not a fault."""
    wrong = {"a missing column": example.drop(columns=[example.columns[0]]), "no columns": example[[]]}
    number = next((name for name in example.columns if example[name].dtype.kind in "iuf"), None)
    if number is not None:
        wrong["text in a number"] = example.assign(**{number: ["text"] * len(example)})
    return wrong


def _latency_ms(model: Any, row: Any) -> float:
    """95th percentile of the time to answer one row."""
    times_ms = []
    for number in range(_WARM_UP + _MEASURED):
        started = time.perf_counter()
        model.predict(row)
        if number >= _WARM_UP:
            times_ms.append((time.perf_counter() - started) * 1000)
    return sorted(times_ms)[int(0.95 * len(times_ms))]


def main(folder: Path, answer: Path) -> None:
    """Load the model, answer the input example, measure, and write the findings to `answer`."""
    without_checkout = _NoCheckout()
    sys.meta_path.insert(0, without_checkout)
    import mlflow  # noqa: PLC0415 - its import is part of the time to load

    model = mlflow.pyfunc.load_model(str(folder), suppress_warnings=True)
    if model is None:
        # MLflow 3.8 returns None if its tracing fails during the load, whatever the load returned.
        raise RuntimeError(without_checkout.refused or "MLflow returned no model and gave no reason")
    # CPU time since the start of this process: other load on the machine is not the model's fault.
    loaded_s = time.process_time()
    example = model.input_example
    if example is None:
        raise ValueError("the artifact has no input example")
    answers = model.predict(example)
    found = {
        "load_processor_s": loaded_s,
        "rows": len(example),
        "answers": answers.to_dict("records") if hasattr(answers, "columns") else list(answers),
        "latency_p95_ms": _latency_ms(model, example.iloc[[0]]),
        "accepted_wrong": [name for name, frame in wrong_inputs(example).items() if _accepts(model, frame)],
        "other_versions": _other_versions(folder / "requirements.txt"),
        "memory_mib": _peak_memory_mib(),
    }
    answer.write_text(json.dumps(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
