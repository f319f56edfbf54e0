"""Conversion of imported content, and of stored content for an export. Pure; raises `ApiError` 400."""

import base64
import binascii
from dataclasses import dataclass
from typing import Any

from localcloud.kernel.errors import ApiError, bad_request
from localcloud.kernel.store import Document

FORMATS = ("SOURCE", "AUTO", "RAW", "JUPYTER", "HTML", "DBC", "R_MARKDOWN")
# Nothing here turns one of these into another, or packs a folder.
_NOT_KEPT = ("HTML", "DBC", "R_MARKDOWN")
LANGUAGES = ("PYTHON", "SCALA", "SQL", "R")
LIMIT_BYTES = 10 * 2**20
_SUFFIXES = {".py": "PYTHON", ".scala": "SCALA", ".sql": "SQL", ".r": "R"}
_FILE_TYPES = {"PYTHON": "py", "SCALA": "scala", "SQL": "sql", "R": "r"}
_HEADERS = {
    "PYTHON": b"# Databricks notebook source",
    "SCALA": b"// Databricks notebook source",
    "SQL": b"-- Databricks notebook source",
    "R": b"# Databricks notebook source",
}
_JUPYTER = ".ipynb"


@dataclass(frozen=True, kw_only=True)
class Imported:
    """The object of an import. `content` in base64; `format`: SOURCE or JUPYTER for a notebook, RAW for a file."""

    path: str
    content: str
    format: str
    language: str | None = None

    @property
    def fields(self) -> Document:
        """The fields as they are stored."""
        kind = "FILE" if self.language is None else "NOTEBOOK"
        return {"object_type": kind, "content": self.content, "language": self.language, "format": self.format}


def imported(path: str, body: Document, *, posted: bool) -> Imported:
    """The object described by an import's fields. A file `posted` as a form has no size limit of its own."""
    form, language = _format(body.get("format")), body.get("language") or None
    if language not in (None, *LANGUAGES):
        raise bad_request(f"language '{language}' is not one of {', '.join(LANGUAGES)}.")
    content = _content(body.get("content"), posted=posted)
    match form:
        case "SOURCE":
            if language is None:
                raise bad_request("format SOURCE needs a language: folders are not imported here; for a file use AUTO.")
            return Imported(path=path, content=_text(content), format=form, language=language)
        case "JUPYTER":
            return Imported(path=path, content=_text(content), format=form, language="PYTHON")
    if language is not None:
        raise bad_request(f"language is for the formats SOURCE and JUPYTER; with {form} leave it out.")
    return _detected(path, content) if form == "AUTO" else Imported(path=path, content=_text(content), format="RAW")


def exported(document: Document, form: str | None) -> bytes:
    """The stored content in the format `form` (default SOURCE)."""
    wanted = _format(form)
    if document["object_type"] in ("DIRECTORY", "REPO"):
        raise bad_request(f"{document['path']} is a folder: export what lies in it, folders are not packed here.")
    notebook, kept = document["object_type"] == "NOTEBOOK", document.get("format", "SOURCE")
    if (notebook and wanted not in ("AUTO", kept)) or (not notebook and wanted == "JUPYTER"):
        raise bad_request(f"{document['path']} is kept as {kept}: export it as {kept} or AUTO, not as {wanted}.")
    return base64.b64decode(document["content"])


def file_type(document: Document) -> str:
    """The extension of an exported file."""
    if document["object_type"] == "NOTEBOOK":
        return "ipynb" if document.get("format") == "JUPYTER" else _FILE_TYPES.get(document["language"], "")
    name = document["path"].rpartition("/")[2]
    return str(name.rpartition(".")[2]) if "." in name else ""


def require_size(content: bytes) -> None:
    """Raise `ApiError` 400 for content over the limit of JSON bodies."""
    if len(content) > LIMIT_BYTES:
        message = f"The content has {len(content)} bytes: at most {LIMIT_BYTES} (10 MB) are taken."
        raise ApiError(400, "MAX_NOTEBOOK_SIZE_EXCEEDED", message)


def _detected(path: str, content: bytes) -> Imported:
    """The format that AUTO detects, by extension and first line. A notebook's name loses its extension."""
    stem, dot, ending = path.rpartition(".")
    language = _SUFFIXES.get(f"{dot}{ending}".lower())
    if f"{dot}{ending}".lower() == _JUPYTER:
        return Imported(path=stem, content=_text(content), format="JUPYTER", language="PYTHON")
    if language is not None and content.startswith(_HEADERS[language]):
        return Imported(path=stem, content=_text(content), format="SOURCE", language=language)
    return Imported(path=path, content=_text(content), format="RAW")


def _format(given: Any) -> str:
    form = given or "SOURCE"
    if form not in FORMATS:
        raise bad_request(f"format '{form}' is not one of {', '.join(FORMATS)}; capitals count.")
    if form in _NOT_KEPT:
        raise bad_request(f"format {form} is not offered here: use SOURCE, JUPYTER, RAW or AUTO.")
    return str(form)


def _content(given: Any, *, posted: bool) -> bytes:
    if given is None:
        raise bad_request("content is missing: give it in base64, or post the file as a form.")
    try:
        content = base64.b64decode(str(given), validate=True)
    except binascii.Error as error:
        raise bad_request(f"content is not base64: {error}.") from error
    if not posted:
        require_size(content)
    return content


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()
