"""Rules of Unity Catalog for tags: format and required rights.

Source: Azure Databricks, "Apply tags to Unity Catalog securable objects".
"""

from collections.abc import Mapping, Sequence

from localcloud.kernel.cloud import Cloud
from localcloud.kernel.errors import bad_request
from localcloud.kernel.identity import Caller
from localcloud.kernel.store import Document
from localcloud.services.unity import access, privileges, records
from localcloud.services.unity.privileges import Kind, Privilege

_MOST = 50
_LONGEST_KEY, _LONGEST_VALUE = 255, 1000
_NOT_IN_KEYS = frozenset(".,-=/:")


def require_right(cloud: Cloud, caller: Caller, model: str) -> None:
    """Raise `ApiError` 403 unless the caller manages the model, or holds APPLY_TAG on it."""
    access.require_binding(cloud, caller, Kind.MODEL, model, write=True)
    if not caller.is_admin and not privileges.manages(caller.identities, records.chain(cloud.store, Kind.MODEL, model)):
        access.authorize(cloud, caller, Kind.MODEL, model, Privilege.APPLY_TAG)


def added(held: Mapping[str, str], given: Sequence[Document]) -> dict[str, str]:
    """The tags `held` updated with `given`. Raises `ApiError` 400 as `require_allowed` does."""
    require_allowed(given)
    merged = {**held, **{str(tag["key"]): str(tag.get("value") or "") for tag in given}}
    if len(merged) > _MOST:
        raise bad_request(f"{len(merged)} tags would be held; a securable object has at most {_MOST}.")
    return merged


def require_allowed(tags: Sequence[Document]) -> None:
    """Raise `ApiError` 400, naming the tag, for one that is too long, or a key with a character that is not allowed.

    `tags` are `{"key", "value"}`.
    """
    for tag in tags:
        key, value = str(tag.get("key", "")), str(tag.get("value") or "")
        odd = sorted(_NOT_IN_KEYS & set(key))
        if not key or odd or len(key) > _LONGEST_KEY or key != key.strip():
            allowed = f"1 to {_LONGEST_KEY} characters, none of them {' '.join(sorted(_NOT_IN_KEYS))}"
            raise bad_request(f"Tag key '{key}' is not allowed: a key has {allowed}, and no space at its ends.")
        if len(value) > _LONGEST_VALUE:
            raise bad_request(f"The value of tag '{key}' has {len(value)} characters; allowed are {_LONGEST_VALUE}.")
