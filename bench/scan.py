"""Measures the policy scan and the search for secrets.

`python -m bench.scan` writes only its part of `docs/performance.md`, in a minute.
"""

import sys
import tempfile
from pathlib import Path

from bench.page import rewrite
from bench.policies import median_s, row
from bench.processes import run

TITLE = "## Policy scan and search for secrets"


def scan_section() -> list[str]:
    """The section of the page, on the shipped stacks and this repository."""
    with tempfile.TemporaryDirectory() as folder:
        run([sys.executable, "-m", "cli", "synth", "--out", folder])
        stacks = len(list(Path(folder).rglob("cdk.tf.json")))
        scan_s = median_s([sys.executable, "-m", "cli", "scan", folder])
    secrets_s = median_s([sys.executable, "-m", "cli", "secrets"])
    return [
        TITLE,
        "Whole process, median of 3. Limit of the scan: 30 s.",
        "",
        "| | wall | processor |",
        "| --- | --- | --- |",
        row(f"`mlops scan` of {stacks} stacks, own checks and checkov's", scan_s),
        row("`mlops secrets` of the repository", secrets_s),
        "",
    ]


def main() -> None:
    """Measure, and replace the section."""
    rewrite(scan_section())


if __name__ == "__main__":
    main()
