"""Which values must not be shown: those that the provider marks, and those whose name says so."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from policies.review.plan import Change, Plan

MASK = "(sensitive)"
# A provider marks its own attributes, but not what users put into free-form maps such as spark_conf or tags.
_SECRET_NAME = re.compile(
    r"(password|passwd|secret|token|credential|(api|access|account|private)[._-]?key|connection[._-]?string|sas[._-]?url"
    r"|webhook|plaintext)",
    re.IGNORECASE,
)
# Names that say "secret" and hold none: limits, switches and addresses of secrets.
_NO_SECRET = re.compile(r"(lifetime|enabled|_id$|_name$|scope|expir|type$|_days|_version$)", re.IGNORECASE)
# Shorter ones are words such as "true", whose removal would garble the review.
_SCRUBBED_LENGTH = 8


@lru_cache(maxsize=10_000)
def is_secret_name(name: str) -> bool:
    """Whether an attribute or a key of that name holds a secret."""
    return bool(_SECRET_NAME.search(name)) and not _NO_SECRET.search(name)


def part(tree: Any, key: Any) -> Any:
    """The part of a tree of marks (`true`, or marks by key or position) for `key`; marks reach all that is below."""
    if tree is True:
        return True
    if isinstance(tree, dict):
        return tree.get(key)
    return tree[key] if isinstance(tree, list) and isinstance(key, int) and key < len(tree) else None


def marked_texts(value: Any, marks: Any, name: str = "") -> Iterator[str]:
    """The texts below `value` that are marked, or lie under a secret's name."""
    if isinstance(value, dict):
        for key, below in value.items():
            yield from marked_texts(below, part(marks, key), str(key))
    elif isinstance(value, list):
        for position, below in enumerate(value):
            yield from marked_texts(below, part(marks, position), name)
    elif isinstance(value, str) and (marks is True or is_secret_name(name)):
        yield value


def secrets_of(plan: Plan) -> frozenset[str]:
    """Every value of a plan that must not be shown, wherever it turns up again (in a name, in a finding)."""
    return frozenset(text for change in (*plan.resources, *plan.drift) for text in _secrets(change))


def _secrets(change: Change) -> Iterator[str]:
    for value, marks in ((change.before, change.before_sensitive), (change.after, change.after_sensitive)):
        yield from (text for text in marked_texts(value, marks) if len(text) >= _SCRUBBED_LENGTH)


def scrub(text: str, secrets: Iterable[str]) -> str:
    """`text` without any of `secrets`: the last line of defence, after masking by attribute."""
    for secret in sorted(secrets, key=len, reverse=True):
        if secret in text:
            text = text.replace(secret, MASK)
    return text
