"""Names that become parts of paths: validation, and splitting of three-level names."""

import re

from localcloud.kernel.errors import bad_request

_IDENTIFIER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,127}")


def identifier(what: str, name: object) -> str:
    """`name`, if it is valid as one level of a full name and as a folder. Raises `ApiError` 400 otherwise."""
    if not isinstance(name, str) or not _IDENTIFIER.fullmatch(name):
        raise bad_request(f"{what} name {name!r} is not allowed: use letters, digits, '_' and '-', at most 128.")
    return name.lower()


def levels(full_name: object, count: int) -> tuple[str, ...]:
    """The `count` levels of `full_name`, each validated and in lower case. Raises `ApiError` 400 otherwise."""
    parts = full_name.split(".") if isinstance(full_name, str) else []
    if len(parts) != count:
        raise bad_request(f"'{full_name}' has {len(parts)} level(s) where {count} are needed.")
    return tuple(identifier("level", part) for part in parts)
