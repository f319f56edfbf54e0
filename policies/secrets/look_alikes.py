"""Texts that look like a secret but are not. detect-secrets loads this file by path, and calls it for every hit."""

import re
from typing import Any

# Placeholders for secrets in documentation and templates.
_PLACEHOLDER = re.compile(
    r"<[^<>]+>|^\{[^{}]+\}$|\$\{|\{\{|\$\(|%\w+%|\*{4}|(.)\1{5}|change[-_ ]?me|place[-_ ]?holder|redacted"
    r"|fill[-_ ]?(?:me|in)|(?:^|[-_ ])your[-_ ]|replace[-_ ](?:me|with)|not[-_ ]a[-_ ]?(?:secret|token|password)",
    re.IGNORECASE,
)
# Package versions, whose names often contain token, key or secret.
_VERSION = re.compile(r"[\^~<>=v ]*\d+(?:\.\d+)+[\w.+ |^~<>=-]{0,40}")
# Expressions that look up the value when it is used.
_REFERENCE = re.compile(
    r"^(?:\W|[fr]\")*(?:(?:data|var|local|module|secrets|os\.environ|env|settings|self)\."
    r"|[a-z][a-z0-9]*_[a-z0-9_]+\.[\w-]+\.\w+"
    r"|dbutils\.secrets|@Microsoft\.KeyVault|https://[\w-]+\.vault\.azure\.net|secretRef\b|secrets/)"
)
# An argument that names a secret, or describes secrets: scope, name, lifetime, address.
_ABOUT = re.compile(
    r"(?:secrets?|tokens?|passwords?|passwd|key)[_\-.]?(?:scopes?|names?|ids?|refs?|urls?|uri|endpoint|type|lifetime\w*"
    r"|path|file|version|policy|enabled|ttl|expir\w*|hours|minutes|days|seconds|count|length|header|field)"
    r"[\"'\]]{0,2}\s*(?:=|:|,|\()\s*[fr]?[\"'`]?$",
    re.IGNORECASE,
)
# Permissions of a GitHub job on its identity's token.
_PERMISSION = re.compile(r"^\s*id-token:\s*[\"']?$")


def is_placeholder(secret: str) -> bool:
    """Whether it is a template's placeholder for a secret."""
    return bool(_PLACEHOLDER.search(secret))


def is_by_name_only(secret: str, line: str, plugin: Any) -> bool:
    """Whether it was found only by its argument's name, and the argument only refers to a secret or describes one."""
    from detect_secrets.filters.heuristic import is_indirect_reference  # noqa: PLC0415 - in the process that searches

    if type(plugin).__name__ != "KeywordDetector":
        return False
    before = line.partition(secret)[0]
    if secret in ("read", "write", "none") and _PERMISSION.match(before):
        return True
    return bool(
        is_indirect_reference(line) or _VERSION.fullmatch(secret) or _REFERENCE.match(secret) or _ABOUT.search(before)
    )
