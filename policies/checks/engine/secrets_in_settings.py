"""Settings whose names indicate a secret value."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from .values import Block, Expression, Scalar
from .verdict import Verdict, failed, passed, unknown, worst

# A whole word of the name, so that `tokenizer` does not match: `fs.azure.account.key.…`, `MLFLOW_TRACKING_TOKEN`.
_SECRET_NAME = re.compile(
    r"(?:^|[._\-])(?:pass(?:word|wd|phrase)?|pwd|secret|token|credential|api[._\-]?key|access[._\-]?key|account\.key"
    r"|private[._\-]?key|connection[._\-]?string|sas[._\-]?token)(?:$|[._\-])",
    re.IGNORECASE,
)
# The forms of Databricks' and Azure's secrets, under any name.
_SECRET_VALUE = re.compile(
    r"\bdapi[0-9a-f]{32}\b|AccountKey=|SharedAccessSignature=|[?&]sig=|-----BEGIN [A-Z ]*PRIVATE KEY"
)
# A reference that Databricks resolves when the cluster starts: `{{secrets/<scope>/<key>}}`.
_REFERENCE = re.compile(r"^\s*\{\{\s*secrets/[^/]+/[^/]+\}\}\s*$")
# Values of settings that only mention secrets.
_HARMLESS = re.compile(r"^(?:true|false|\d{1,9})$", re.IGNORECASE)


def no_literal_secret(where: str, settings: Mapping[str, Scalar]) -> Verdict:
    """Whether no setting has a secret in clear text. Messages name the setting, never its value."""
    return worst(_setting(where, name, value) for name, value in settings.items())


def no_literal_secret_among(where: str, values: Sequence[Scalar]) -> Verdict:
    """Whether none of the values, which have positions but no names, is a secret. Messages give the position only."""
    looks = [isinstance(value, str) and _looks_secret(value) for value in values]
    return worst(_setting(where, str(place), values[place]) for place, secret in enumerate(looks) if secret)


def no_literal_secret_at(block: Block, path: str) -> Verdict:
    """Like `no_literal_secret`, for the map at `path`; a computed map is unknown."""
    if not block.has(path):
        return passed()
    whole = [value for value in block.values(path) if isinstance(value, Expression)]
    hidden = [unknown(f"{path} is computed as a whole, so its content cannot be seen here") for _ in whole[:1]]
    return worst([*hidden, no_literal_secret(path, block.mapping(path))])


def no_secret_at(block: Block, path: str) -> Verdict:
    """Whether an argument that is always a secret is not set in clear text."""
    return worst(_argument(path, value) for value in block.values(path))


def arguments_named(block: Block, suffix: str) -> Iterator[tuple[str, Scalar]]:
    """Every argument, at any depth, whose name ends with `suffix`."""
    yield from _named(block.raw_values, suffix)


def _named(raw: Any, suffix: str) -> Iterator[tuple[str, Scalar]]:
    if isinstance(raw, Mapping):
        for name, value in raw.items():
            if isinstance(name, str) and name.endswith(suffix):
                yield from ((name, found) for found in Block(raw).values(name))
            else:
                yield from _named(value, suffix)
    elif isinstance(raw, list):
        for item in raw:
            yield from _named(item, suffix)


@lru_cache(maxsize=10_000)
def _is_secret(name: str) -> bool:
    """Whether a setting of that name is a secret; cached, because the same names recur."""
    return _SECRET_NAME.search(name) is not None


def _setting(where: str, name: str, value: Scalar) -> Verdict:
    if isinstance(value, Expression):
        named = unknown(f"{where} {name} is computed, and its value is stored in the state")
        return named if _is_secret(name) else passed()
    if _is_in_clear(name, str(value)):
        return failed(f"{where} {name} holds a secret in clear text; allowed: {{{{secrets/<scope>/<key>}}}}")
    return passed()


@lru_cache(maxsize=10_000)
def _is_in_clear(name: str, text: str) -> bool:
    """Whether the text of a setting of that name is a secret, rather than a reference to one."""
    doubtful = _looks_secret(text) or (_is_secret(name) and _HARMLESS.match(text) is None)
    return doubtful and not _REFERENCE.match(text)


@lru_cache(maxsize=10_000)
def _looks_secret(text: str) -> bool:
    return _SECRET_VALUE.search(text) is not None


def _argument(path: str, value: Scalar) -> Verdict:
    if isinstance(value, Expression):
        return unknown(f"{path} is computed, and its value is stored in the state; keep the secret in Key Vault")
    return failed(f"{path} holds a secret in clear text; allowed: none here, keep it in Key Vault")
