"""Size limits of a result: the caller's own truncate it and say so, the API's make it fail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from localcloud.kernel.errors import ApiError

if TYPE_CHECKING:
    import pyarrow as pa

INLINE_BYTES = 25 * 2**20
# EXTERNAL_LINKS takes 100 GiB on Databricks; here the result lies in memory.
LINKED_BYTES = 512 * 2**20


@dataclass(frozen=True, kw_only=True)
class Limits:
    """`rows` and `bytes` as in the request; `linked`: the result is fetched by links."""

    rows: int | None = None
    bytes: int | None = None
    linked: bool = False

    @property
    def most_bytes(self) -> int:
        """The maximum number of bytes to fetch."""
        return min(self.bytes or self._ceiling, self._ceiling)

    def require(self, held_bytes: int) -> None:
        """Raise `ApiError` 400 if `held_bytes` exceed the API's limit and the caller set no smaller one."""
        if self.bytes is not None and self.bytes <= self._ceiling:
            return
        if held_bytes > self._ceiling:
            instead = "narrow it, or give row_limit or byte_limit"
            if not self.linked:
                instead = f"use disposition EXTERNAL_LINKS, or {instead}"
            limit = f"{self._ceiling // 2**20} MiB"
            raise ApiError(400, "RESOURCE_EXHAUSTED", f"The result is larger than {limit}: {instead}.")

    def trimmed(self, part: pa.Table, held_bytes: int) -> pa.Table:
        """The rows of the last `part` that fit, by its mean row size."""
        room = self.most_bytes - (held_bytes - part.nbytes)
        return part.slice(0, part.num_rows * room // max(1, part.nbytes))

    @property
    def _ceiling(self) -> int:
        return LINKED_BYTES if self.linked else INLINE_BYTES
