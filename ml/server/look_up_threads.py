"""Look-ups over the network, in threads, so that the event loop goes on meanwhile."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import TypeVar

from ml.server.errors import Refused, too_many, unavailable
from ml.server.together import Completed, Parsed

# Each thread has its own connection.
_THREADS = 8
# Queries for small requests at once: with more, each would have fewer keys.
_QUERIES, _REQUESTS_PER_QUERY = 2, 64

Result = TypeVar("Result")
CompleteEach = Callable[[Sequence[Parsed]], list[Completed | Refused]]


class LookUps:
    """Runs look-ups, of which at most `max_waiting` are asked for at once; each takes at most `limit_s` seconds."""

    def __init__(self, complete_each: CompleteEach, *, max_waiting: int, limit_s: float) -> None:
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="look-up")
        self._shared = _Shared(complete_each, self._threads)
        self._max_waiting, self._limit_s = max_waiting, limit_s
        self._waiting = 0

    async def completed(self, parsed: Parsed) -> Completed:
        """A small request with its features, looked up together with others. Raises Refused, as `alone` does."""
        return await self._in_time(lambda: self._shared.ask(parsed))

    async def alone(self, call: Callable[[], Result]) -> Result:
        """The result of `call`, which looks features up.

        Raises Refused: 429 if too many wait, 503 if it has not ended within the limit, wherever it waits.
        """
        return await self._in_time(lambda: asyncio.get_running_loop().run_in_executor(self._threads, call))

    async def _in_time(self, begin: "Callable[[], asyncio.Future[Result]]") -> Result:
        if self._waiting >= self._max_waiting:
            raise too_many(f"Exceeded the maximum number of look-ups that wait, {self._max_waiting}.")
        self._waiting += 1
        try:
            return await asyncio.wait_for(begin(), self._limit_s)
        except TimeoutError as error:
            raise unavailable("The online store takes too long", 1) from error
        finally:
            self._waiting -= 1


class _Shared:
    """Completes requests in threads. Those that arrive while all queries are on their way share the next one."""

    def __init__(self, complete: CompleteEach, threads: Executor) -> None:
        self._complete, self._threads = complete, threads
        self._waiting: list[tuple[Parsed, asyncio.Future[Completed]]] = []
        self._running = 0

    def ask(self, parsed: Parsed) -> "asyncio.Future[Completed]":
        """A future of the completed request. It raises Refused."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Completed] = loop.create_future()
        self._waiting.append((parsed, future))
        if self._running < _QUERIES:
            self._running += 1
            loop.call_soon(self._next)
        return future

    def _next(self) -> None:
        ready = [(parsed, future) for parsed, future in self._waiting if not future.done()]
        some, self._waiting = ready[:_REQUESTS_PER_QUERY], ready[_REQUESTS_PER_QUERY:]
        if not some:
            self._running -= 1
            return
        begun = asyncio.get_running_loop().run_in_executor(
            self._threads, self._complete, [parsed for parsed, _ in some]
        )
        begun.add_done_callback(lambda done: self._tell([future for _, future in some], done))

    def _tell(
        self,
        futures: "Sequence[asyncio.Future[Completed]]",
        done: "asyncio.Future[list[Completed | Refused]]",
    ) -> None:
        failure = done.exception()
        found = [failure] * len(futures) if failure is not None else done.result()
        for future, result in zip(futures, found, strict=True):
            if future.done():
                continue
            if isinstance(result, BaseException):
                future.set_exception(result)
            else:
                future.set_result(result)
        self._next()
