"""Environment variables of a served model; `{{secrets/<scope>/<key>}}` stands for a secret's value.

Only the reference is kept and shown. The value is read when the model's process starts.
"""

import base64
import re
from collections.abc import Mapping
from typing import Any

from localcloud.kernel.cloud import Cloud
from localcloud.kernel.errors import bad_request, not_found

_REFERENCE = re.compile(r"\{\{secrets/(?P<scope>[^/}]+)/(?P<key>[^/}]+)\}\}")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def checked(given: object) -> dict[str, str]:
    """`environment_vars` of a request. Raises `ApiError` 400 for invalid ones."""
    if not isinstance(given, dict):
        raise bad_request("environment_vars must map names to texts.")
    wrong = [name for name, value in given.items() if not _NAME.fullmatch(name) or not isinstance(value, str)]
    if wrong:
        raise bad_request(f"environment_vars {', '.join(wrong)}: a name is letters, digits and '_', a value is text.")
    return given


def references(entity: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Scope and key of every secret that a served entity refers to."""
    values = (entity.get("environment_vars") or {}).values()
    return [(found["scope"], found["key"]) for value in values if (found := _REFERENCE.fullmatch(value))]


def resolved(cloud: Cloud, workspace: str, entity: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Name and value of every variable, by name. Raises `ApiError` 404 for a missing secret."""
    given = (entity.get("environment_vars") or {}).items()
    return tuple(sorted((name, _value(cloud, workspace, value)) for name, value in given))


def _value(cloud: Cloud, workspace: str, text: str) -> str:
    found = _REFERENCE.fullmatch(text)
    if found is None:
        return text
    scope = cloud.store.get("secret_scope", f"{workspace}/{found['scope']}") or {"secrets": {}}
    secret = scope["secrets"].get(found["key"])
    if secret is None:
        raise not_found(f"Secret does not exist with scope: {found['scope']} and key: {found['key']}")
    return base64.b64decode(secret["value"]).decode()
