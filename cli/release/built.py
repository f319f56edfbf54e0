"""A checkout's build: its wheel, and the documents of its stacks."""

import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from cli.release.errors import ReleaseError
from cli.release.record import content_sha256, documents_sha256

# A record cannot name the commit that contains it, so the documents are hashed with this placeholder.
_NO_COMMIT = "0" * 40


@dataclass(frozen=True, kw_only=True)
class Built:
    """The wheel's file name and hashes, and the hash over all documents."""

    wheel: str
    sha256: str
    content_sha256: str
    documents_sha256: str


def built(root: Path) -> Built:
    """Build the wheel of `root` and synthesize its stacks, by its own code. Raises ReleaseError if that fails."""
    from infra.wheel import build_wheel  # noqa: PLC0415 - other commands build no wheel

    wheel = build_wheel(root)
    return Built(
        wheel=wheel.path.name,
        sha256=wheel.sha256,
        content_sha256=content_sha256(wheel.path),
        documents_sha256=_documents(root),
    )


def _documents(root: Path) -> str:
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-m", "infra.main"],
            cwd=root,
            env=os.environ | {"CDKTF_OUTDIR": folder, "MLOPS_GIT_COMMIT": _NO_COMMIT},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise ReleaseError(f"the stacks cannot be synthesized: {done.stderr.strip()}. Run mlops synth")
        return documents_sha256(Path(folder))
