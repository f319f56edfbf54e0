"""Pages of a directory's names. Pure.

A token contains the last name shown, so additions or deletions between two pages neither repeat nor hide a name.
"""

import base64
import binascii
from collections.abc import Sequence

from localcloud.kernel.errors import bad_request

MOST = 1000


def page(names: Sequence[str], size: int | None, token: str | None) -> tuple[list[str], str | None]:
    """The names after `token` in order, at most `size` (by default and at most `MOST`), and the next token.

    Raises `ApiError` 400 for an invalid size, and for a token that no page returned.
    """
    if size is not None and size < 0:
        raise bad_request(f"page_size is {size}: give 1 to {MOST}.")
    after = None if not token else _name(token)
    left = sorted(name for name in names if after is None or name > after)
    shown = left[: min(size or MOST, MOST)]
    return shown, _token(shown[-1]) if len(left) > len(shown) else None


def _token(name: str) -> str:
    return base64.urlsafe_b64encode(name.encode("utf-8", "surrogateescape")).decode()


def _name(token: str) -> str:
    try:
        return base64.b64decode(token, altchars=b"-_", validate=True).decode("utf-8", "surrogateescape")
    except (binascii.Error, ValueError):
        raise bad_request(f"page_token {token!r} is not one that a list returned.") from None
