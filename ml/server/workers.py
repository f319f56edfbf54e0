"""Several worker processes on one socket."""

import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from types import FrameType

# Exit code of a worker whose version does not load: it would not load in another worker either.
_NOT_LOADED = 78
# Pause between a worker's exit and the next start, so that a crash loop does not occupy the machine.
_PAUSE_S = 0.5


def run(count: int, serve: Callable[[], None]) -> None:
    """Run `serve` in `count` forked processes until SIGTERM or SIGINT; a worker that dies is replaced.

    If `serve` raises SystemExit in a worker, all workers end, and this process exits with code 1.
    """
    read_end, write_end = os.pipe()
    children: set[int] = set()
    stopping = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopping.set()
        for pid in children:
            os.kill(pid, signal.SIGTERM)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    for _ in range(count):
        children.add(_fork(serve, read_end, write_end))
    failed = False
    while children:
        pid, status = os.wait()
        children.discard(pid)
        if not stopping.is_set() and os.waitstatus_to_exitcode(status) == _NOT_LOADED:
            failed = True
            stop(0, None)
        elif not stopping.is_set():
            time.sleep(_PAUSE_S)
            children.add(_fork(serve, read_end, write_end))
    if failed:
        raise SystemExit(1)


def _fork(serve: Callable[[], None], read_end: int, write_end: int) -> int:
    """The id of a new process. It ends when its parent ends for any reason, because the pipe then closes."""
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        os.close(write_end)
        threading.Thread(target=_follow, args=(read_end,), daemon=True).start()
        serve()
        code = 0
    except SystemExit as stop:
        code = _NOT_LOADED
        print(stop.code, file=sys.stderr, flush=True)
    except BaseException:  # noqa: BLE001 - a fork must not continue in its parent's code
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def _follow(read_end: int) -> None:
    os.read(read_end, 1)
    os.kill(os.getpid(), signal.SIGTERM)
