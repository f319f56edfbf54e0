"""Reads untrusted JSON files: too large, truncated, not text, or with duplicate keys."""

import codecs
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from policies.errors import DocumentError

Document = Mapping[str, Any]

# Terraform writes 3 to 6 KB per resource, so this is a plan of some 50,000 resources.
MAX_BYTES = 256 * 1024 * 1024


def read_document(path: Path) -> Document:
    """The JSON object in `path`. Raises DocumentError if there is none."""
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise DocumentError(f"{path}: {size:,} bytes; at most {MAX_BYTES:,} are read. Plan fewer resources at once")
        content = path.read_bytes()
    except OSError as error:
        raise DocumentError(f"{path}: cannot be read: {error.strerror or error}") from error
    return parse_document(content, str(path))


def parse_document(content: bytes, name: str) -> Document:
    """The JSON object in `content`, which errors call `name`. Raises DocumentError if there is none."""
    if content.startswith(b"PK"):
        raise DocumentError(f"{name}: is a binary plan. Convert it: terraform show -json {name} > plan.json")
    try:
        found = json.loads(content.decode(_encoding(content)), object_pairs_hook=_object)
    except UnicodeDecodeError as error:
        raise DocumentError(
            f"{name}: is not UTF-8 or UTF-16 text (byte {error.start}). Write it again, as UTF-8"
        ) from error
    except json.JSONDecodeError as error:
        raise DocumentError(
            f"{name}: is not a complete JSON document (line {error.lineno}, column {error.colno}: {error.msg}). "
            "It may be truncated; write it again"
        ) from error
    except RecursionError as error:
        raise DocumentError(f"{name}: is nested deeper than any plan") from error
    if not isinstance(found, dict):
        raise DocumentError(f"{name}: holds a JSON {type(found).__name__}; a JSON object is needed")
    return found


def _encoding(content: bytes) -> str:
    """UTF-8, or the encoding of its byte order mark: the `>` of Windows PowerShell writes UTF-16."""
    marks = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    return "utf-16" if content.startswith(marks) else "utf-8-sig"


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object with unique keys: readers disagree on which of two equal keys counts."""
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise DocumentError(f"a JSON object has the key {twice[:80]!r} twice; no tool that writes plans does that")
    return found
