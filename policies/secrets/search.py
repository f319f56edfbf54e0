"""The search itself, by detect-secrets with its own detectors and ours."""

import multiprocessing
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from policies.secrets.places import searchable

_DETECTORS = Path(__file__).with_name("detectors.py")
# Entropy alone matches every hash and id of a stack; the other detectors know a secret's form, or its name.
_LEFT_OUT = ("Base64HighEntropyString", "HexHighEntropyString")
_OURS = (
    "AzureSecretDetector",
    "DatabricksTokenDetector",
    "EncodedSecretDetector",
    "ModelHubTokenDetector",
    "PassedSecretDetector",
    "PrivateKeyHeaderDetector",
)
_LOOK_ALIKES = Path(__file__).with_name("look_alikes.py")
_FILTERS = ("is_by_name_only", "is_placeholder")
# Comments that suppress a line would be exceptions without a reason: ours are in `policies/secrets.yaml`. The others
# skip whole lines and files by name, whatever their content: a call on the right of an assignment (which
# `look_alikes.py` checks for hits by name alone), a lock file, a picture in text, an API's description.
_FILTERS_OFF = (
    "detect_secrets.filters.allowlist.is_line_allowlisted",
    "detect_secrets.filters.heuristic.is_indirect_reference",
    "detect_secrets.filters.heuristic.is_lock_file",
    "detect_secrets.filters.heuristic.is_non_text_file",
    "detect_secrets.filters.heuristic.is_swagger_file",
)

# Below this number of files a second process costs more than it saves; above, the work is divided into so many parts.
_FEW, _PARTS = 100, 8
# (file, line, kind of secret)
Hit = tuple[str, int, str]


@dataclass(frozen=True)
class SecretFinding:
    """A place that looks like a secret; the secret itself is never kept.

    `path` is relative to the repository. `line` counts in a JSON file of one long line as if it were laid out.
    """

    path: str
    line: int
    kind: str


def search(files: Sequence[Path], root: Path) -> list[SecretFinding]:
    """Every place in `files` that looks like a secret, by path and line. Files other than text are skipped."""
    with TemporaryDirectory() as folder:
        named = {str(copy): file for file in files if (copy := searchable(file, Path(folder))) is not None}
        found = [SecretFinding(_relative(named[name], root), line, kind) for name, line, kind in _found(list(named))]
    return sorted(set(found), key=lambda one: (one.path, one.line, one.kind))


def _found(names: list[str]) -> list[Hit]:
    """Every hit in the files. In two processes if there are many: the detectors are plain Python."""
    settings = _settings()
    if len(names) < _FEW:
        return _in_files((names, settings))
    parts = [(names[at::_PARTS], settings) for at in range(_PARTS)]
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        return [hit for hits in pool.imap_unordered(_in_files, parts) for hit in hits]


def _in_files(work: tuple[list[str], dict[str, Any]]) -> list[Hit]:
    from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class as known  # noqa: PLC0415
    from detect_secrets.core.scan import scan_file  # noqa: PLC0415 - in the process that searches
    from detect_secrets.settings import transient_settings  # noqa: PLC0415
    from detect_secrets.util import inject  # noqa: PLC0415

    names, config = work
    # The library caches the detectors from before ours were registered, and the arguments of every filter by its
    # address: a filter of this search may have the address of an earlier one, and would be skipped.
    known.cache_clear()
    inject._plan_cache.clear()
    with transient_settings(config) as settings:
        settings.disable_filters(*_FILTERS_OFF)
        hits = [(name, secret.line_number, secret.type) for name in names for secret in scan_file(name)]
    known.cache_clear()
    return hits


def _settings() -> dict[str, Any]:
    """detect-secrets' settings: its detectors except the entropy ones, and ours."""
    from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class  # noqa: PLC0415 - not at start

    known = {one.__name__ for one in get_mapping_from_secret_type_to_class().values()} - {*_LEFT_OUT, *_OURS}
    ours = [{"name": name, "path": f"file://{_DETECTORS}"} for name in _OURS]
    filters = [{"path": f"file://{_LOOK_ALIKES}::{name}"} for name in _FILTERS]
    return {"plugins_used": [{"name": name} for name in sorted(known)] + ours, "filters_used": filters}


def _relative(file: Path, root: Path) -> str:
    return (file.relative_to(root) if file.is_relative_to(root) else file).as_posix()
