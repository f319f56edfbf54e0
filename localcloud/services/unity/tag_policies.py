"""Governed tags of the account: the values that a tag's policy allows."""

from collections.abc import Iterator
from typing import Any

from localcloud.kernel.cloud import Cloud
from localcloud.kernel.errors import bad_request
from localcloud.kernel.store import Document

KIND = "tag_policy"
FIELDS = ("tag_key", "description", "values")
_KEY_LIMIT = 256


def require_usable(policy: Document) -> None:
    """Raise `ApiError` 400 naming all problems of a policy."""
    found = list(_problems(policy))
    if found:
        raise bad_request(f"The tag policy has {len(found)} problem(s): {'; '.join(found)}.")


def require_allowed(cloud: Cloud, key: str, value: str) -> None:
    """Raise `ApiError` 400 for a value that the tag's policy, if it has one, does not allow."""
    policy = cloud.store.get(KIND, key)
    allowed = [each["name"] for each in (policy or {}).get("values") or []]
    if allowed and value not in allowed:
        raise bad_request(f"Tag value '{value}' is not allowed by the policy of tag '{key}': {', '.join(allowed)}.")


def _problems(policy: Document) -> Iterator[str]:
    key = policy.get("tag_key")
    if not isinstance(key, str) or not 0 < len(key) <= _KEY_LIMIT:
        yield f"tag_key {key!r} has not 1 to {_KEY_LIMIT} characters"
    names: list[Any] = []
    for each in policy.get("values") or []:
        name = each.get("name") if isinstance(each, dict) else None
        if not isinstance(name, str) or not name:
            yield f"values has {each!r}: each is an object with a name"
        elif name in names:
            yield f"value '{name}' is there twice"
        names.append(name)
