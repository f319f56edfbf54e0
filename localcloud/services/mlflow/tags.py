"""What Unity Catalog takes as a tag. Source: Azure Databricks, "Apply tags to Unity Catalog securable objects"."""

from collections.abc import Sequence

from localcloud.kernel.errors import bad_request
from localcloud.kernel.store import Document

_MOST = 50
_LONGEST_KEY, _LONGEST_VALUE = 255, 1000
_NOT_IN_KEYS = frozenset(".,-=/:")


def require_allowed(tags: Sequence[Document]) -> None:
    """Raise `ApiError` 400, naming the tag, for too many, too long ones, or a key with a character that is not allowed.

    `tags` are `{"key", "value"}`.
    """
    if len(tags) > _MOST:
        raise bad_request(f"{len(tags)} tags were given; a securable object has at most {_MOST}.")
    for tag in tags:
        key, value = str(tag.get("key", "")), str(tag.get("value") or "")
        odd = sorted(_NOT_IN_KEYS & set(key))
        if not key or odd or len(key) > _LONGEST_KEY or key != key.strip():
            allowed = f"1 to {_LONGEST_KEY} characters, none of them {' '.join(sorted(_NOT_IN_KEYS))}"
            raise bad_request(f"Tag key '{key}' is not allowed: a key has {allowed}, and no space at its ends.")
        if len(value) > _LONGEST_VALUE:
            raise bad_request(f"The value of tag '{key}' has {len(value)} characters; allowed are {_LONGEST_VALUE}.")
