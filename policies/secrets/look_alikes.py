"""What looks like a secret and is none. detect-secrets loads this file by its path, and asks of every hit."""

import re
from typing import Any

# What stands in documentation and templates for a secret that somebody fills in.
_PLACEHOLDER = re.compile(
    r"<[^<>]+>|^\{[^{}]+\}$|\$\{|\{\{|\$\(|%\w+%|\*{4}|(.)\1{5}|change[-_ ]?me|place[-_ ]?holder|redacted"
    r"|fill[-_ ]?(?:me|in)|(?:^|[-_ ])your[-_ ]|replace[-_ ](?:me|with)|not[-_ ]a[-_ ]?(?:secret|token|password)",
    re.IGNORECASE,
)
# Versions of packages, whose names often say token, key or secret.
_VERSION = re.compile(r"[\^~<>=v ]*\d+(?:\.\d+)+[\w.+ |^~<>=-]{0,40}")
# Where the value is looked up when it is used.
_REFERENCE = re.compile(
    r"^(?:\W|[fr]\")*(?:(?:data|var|local|module|secrets|os\.environ|env|settings|self)\."
    r"|[a-z][a-z0-9]*_[a-z0-9_]+\.[\w-]+\.\w+"
    r"|dbutils\.secrets|@Microsoft\.KeyVault|https://[\w-]+\.vault\.azure\.net|secretRef\b|secrets/)"
)
# An argument that names a secret, or says something about secrets: its scope, name, lifetime, address.
_ABOUT = re.compile(
    r"(?:secrets?|tokens?|passwords?|passwd|key)[_\-.]?(?:scopes?|names?|ids?|refs?|urls?|uri|endpoint|type|lifetime\w*"
    r"|path|file|version|policy|enabled|ttl|expir\w*|hours|minutes|days|seconds|count|length|header|field)"
    r"[\"'\]]{0,2}\s*(?:=|:|,|\()\s*[fr]?[\"'`]?$",
    re.IGNORECASE,
)
# What a job of GitHub may do with its identity's token.
_PERMISSION = re.compile(r"^\s*id-token:\s*[\"']?$")


def is_placeholder(secret: str) -> bool:
    """Whether it is what a template shows in place of a secret."""
    return bool(_PLACEHOLDER.search(secret))


def is_by_name_only(secret: str, line: str, plugin: Any) -> bool:
    """Whether it was found by its argument's name alone, and the argument only refers to a secret or describes one."""
    from detect_secrets.filters.heuristic import is_indirect_reference  # noqa: PLC0415 - in the process that searches

    if type(plugin).__name__ != "KeywordDetector":
        return False
    before = line.partition(secret)[0]
    if secret in ("read", "write", "none") and _PERMISSION.match(before):
        return True
    return bool(
        is_indirect_reference(line) or _VERSION.fullmatch(secret) or _REFERENCE.match(secret) or _ABOUT.search(before)
    )
