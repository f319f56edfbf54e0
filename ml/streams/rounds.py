"""Work that begins anew at a fixed interval, as batches of Spark's processing-time trigger do."""

import time
from collections.abc import Callable


def rounds(
    work: Callable[[], None],
    every_s: float,
    *,
    now_s: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Do `work` every `every_s` seconds, counted from its beginning, until it raises.

    A round that takes longer is followed at once by the next.
    """
    begin_s = now_s()
    while True:
        work()
        ended_s = now_s()
        begin_s = max(begin_s + every_s, ended_s)
        sleep(begin_s - ended_s)
