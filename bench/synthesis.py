"""Synthesis of the shipped workspaces and of many more, compared with importing the whole provider bindings.

`python -m bench.synthesis` measures only this (about three minutes) and replaces its section of `docs/performance.md`.
"""

import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

from bench.page import ROOT, rewrite
from bench.processes import Measured, measure_python
from ml.usecases import USE_CASES

TITLE = "## Synthesis"
_SYNTH = "from pathlib import Path; from infra.main import synth; synth(Path({out!r}), Path({workspaces!r}))"
_EAGER = "import cdktf_cdktf_provider_databricks, cdktf_cdktf_provider_azurerm; "
_DEVS = (1, 10, 20)


def with_devs(folder: Path, count: int) -> None:
    """Writes the shipped workspaces to `folder`, with `count` dev workspaces, each with its own catalog and network."""
    shutil.copytree(ROOT / "workspaces", folder)
    dev = (folder / "dev.yaml").read_text(encoding="utf-8")
    names = [f"dev-{number}" for number in range(2, count + 1)]
    for number, name in enumerate(names, start=2):
        text = dev.replace("name: dev\ncatalog: dev\n", f"name: {name}\ncatalog: {name.replace('-', '_')}\n")
        text = text.replace("1000000000000001", f"10000000000001{number:02}").replace("10.41.", f"10.{100 + number}.")
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    prod = folder / "prod.yaml"
    prod.write_text(
        prod.read_text(encoding="utf-8").replace("read_by: [dev]", f"read_by: [{', '.join(['dev', *names])}]"),
        encoding="utf-8",
    )


def with_one_use_case(folder: Path) -> None:
    """Writes the shipped workspaces to `folder` without the use cases after the first."""
    shutil.copytree(ROOT / "workspaces", folder)
    for path in folder.glob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        head, found, rest = text.partition("use_cases:\n")
        if found:
            # Each begins with its name at two spaces; the text after the last begins with a blank line.
            own, blank, others = rest.partition("\n\n")
            first = re.split(r"\n(?=  \w)", own)[0]
            path.write_text(f"{head}{found}{first}{blank}{others}", encoding="utf-8")


def section() -> list[str]:
    """The section of the report, as lines."""
    lines = [
        TITLE,
        "Median of 3 whole processes. CPU time is the sum of Python's and Node's, equal to wall time on "
        "an otherwise idle machine; memory is Python's. Limits for the shipped workspaces: 7 s, 120 MiB.",
    ]
    rows, measured = [], {}
    for count in _DEVS:
        with tempfile.TemporaryDirectory() as folder:
            workspaces, out = Path(folder) / "workspaces", Path(folder) / "out"
            with_devs(workspaces, count)
            code = _SYNTH.format(out=str(out), workspaces=str(workspaces))
            measured[count] = measure_python(code)
            size = _size(out)
            rows.append((f"{count} dev, on demand (what runs)", *size, *_figures(measured[count])))
            rows.append((f"{count} dev, bindings imported whole", *size, *_figures(measure_python(_EAGER + code))))
    with tempfile.TemporaryDirectory() as folder:
        workspaces, out = Path(folder) / "workspaces", Path(folder) / "out"
        with_one_use_case(workspaces)
        one = measure_python(_SYNTH.format(out=str(out), workspaces=str(workspaces)))
        rows.insert(0, ("1 dev, with only the first use case", *_size(out), *_figures(one)))
    each = (measured[1].wall_s - one.wall_s) / (len(USE_CASES) - 1)
    more = f"A further use case costs {each:.2f} s of wall time (limit: 0.3 s)."
    per_dev = {count: (measured[count].cpu_s - measured[1].cpu_s) / (count - 1) for count in _DEVS[1:]}
    head = ("staging, prod and", "stacks", "resources", "processor time", "wall", "peak memory")
    told = ", ".join(f"{cost:.2f} s each up to {count}" for count, cost in per_dev.items())
    return [*lines, *table(head, rows), f"A further dev workspace costs {told}. {more}", ""]


def _figures(measured: Measured) -> tuple[str, str, str]:
    return f"{measured.cpu_s:.1f} s", f"{measured.wall_s:.1f} s", f"{measured.peak_mib:.0f} MiB"


def _size(out: Path) -> tuple[str, str]:
    """Stacks, and resources in them."""
    documents = [json.loads(path.read_text(encoding="utf-8")) for path in out.glob("stacks/*/cdk.tf.json")]
    resources = sum(len(named) for document in documents for named in document.get("resource", {}).values())
    return str(len(documents)), str(resources)


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> list[str]:
    """A Markdown table between blank lines."""
    names = list(head)
    lines = ["| " + " | ".join(row) + " |" for row in (names, ["---"] * len(names), *map(list, rows))]
    return ["", *lines, ""]


if __name__ == "__main__":
    os.chdir(ROOT)
    rewrite(section())
