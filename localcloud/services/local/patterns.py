"""Whether a pattern of paths can match any path of a route."""

import re
from functools import cache

from localcloud.kernel.faults import tokens

_WILD = ("*", "**")
_REST = re.compile(r"\{[^}]*:path\}")
_PART = re.compile(r"\{[^}]*\}")


def meets(pattern: str, route: str) -> bool:
    """Whether some path matches both `pattern` (`*`, `**`) and `route` as declared (`{name}`, `{path:path}`)."""
    return _overlap(pattern, _PART.sub("*", _REST.sub("**", route)))


def _overlap(one: str, other: str) -> bool:
    """Whether two patterns match a path in common."""
    left, right = tokens(one), tokens(other)

    @cache
    def from_(i: int, j: int) -> bool:
        """Whether the rests of both have a path in common: a wildcard ends, or takes the other side's next part."""
        if i == len(left) and j == len(right):
            return True
        a, b = left[i] if i < len(left) else "", right[j] if j < len(right) else ""
        if a in _WILD and (from_(i + 1, j) or (_takes(a, b) and from_(i, j + 1))):
            return True
        if b in _WILD and (from_(i, j + 1) or (_takes(b, a) and from_(i + 1, j))):
            return True
        return a == b and a not in ("", *_WILD) and from_(i + 1, j + 1)

    return from_(0, 0)


def _takes(wild: str, part: str) -> bool:
    return part != "" and (wild == "**" or part != "/")
