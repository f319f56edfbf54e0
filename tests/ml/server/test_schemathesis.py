"""Schemathesis, unmodified, asks a server whatever its OpenAPI document allows, and what it does not.

It has an environment of its own (`make schemathesis`), so that nothing of it is in the lock.
"""

import shutil
import subprocess
from pathlib import Path

import pytest

from localcloud.services.serving.online.rows import OnlineRows
from ml.server import feature_spec
from tests.ml.server.processes import free_port, server, wait_until_it_listens

PROGRAM = Path(__file__).resolve().parents[3] / ".venv-schemathesis" / "bin" / "schemathesis"
# What is accepted is MLflow's to say (a number for a truth value, say), so those two checks of the values are left out.
_CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "unsupported_method",
    "allow_header_conformance",
)
_EXAMPLES, _SEED, _LIMIT_S = 60, 7, 300


@pytest.mark.long
@pytest.mark.skipif(not PROGRAM.exists(), reason="needs schemathesis: run `make schemathesis`")
@pytest.mark.parametrize("served", ["features looked up", "features given", "features without a model"])
def test_every_answer_is_a_documented_one(folder: Path, store: OnlineRows, tmp_path: Path, served: str) -> None:
    """Bodies, types and methods that fit the document and that do not: no failure, and no answer that it lacks."""
    port = free_port()
    alone = tmp_path / "specification"
    alone.mkdir()
    shutil.copy(folder / feature_spec.FOLDER / feature_spec.FILE, alone)
    raw = folder / feature_spec.FOLDER / feature_spec.RAW_MODEL
    folders = {"features looked up": folder, "features given": raw, "features without a model": alone}
    with server(folders[served], store, port, workers=1):
        wait_until_it_listens(port)
        address = f"http://127.0.0.1:{port}/openapi.json"
        asked = [str(PROGRAM), "run", address, "--checks", ",".join(_CHECKS), "--no-color", "--warnings", "off"]
        asked += ["--max-examples", str(_EXAMPLES), "--seed", str(_SEED), "--generation-database", "none"]
        done = subprocess.run(asked, cwd=tmp_path, capture_output=True, text=True, timeout=_LIMIT_S, check=False)
    assert done.returncode == 0, done.stdout
    assert "Tested: 3" in done.stdout, done.stdout
