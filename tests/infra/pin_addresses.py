"""Writes the pinned addresses anew: `python -m tests.infra.pin_addresses`. Review the difference."""

import tempfile
from pathlib import Path

from infra.main import synth
from tests.infra.conftest import read_documents
from tests.infra.test_synth import PINNED, addresses

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        synth(Path(folder))
        PINNED.write_text("\n".join(addresses(read_documents(Path(folder)))) + "\n", encoding="utf-8")
