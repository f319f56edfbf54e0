"""Requests that arrive together are scored together: a call with one row costs about as much as one with 32 rows."""

import asyncio
from collections.abc import Callable
from typing import Any

import numpy as np

from ml.server.plain import Matrix, Predictions, records

Answer = list[dict[str, Any]]


class Batches:
    """Batches the requests that the event loop has ready and answers them together. No request waits for later ones."""

    def __init__(self, predict: Callable[[Matrix], Predictions]) -> None:
        self._predict = predict
        self._waiting: list[tuple[Matrix, asyncio.Future[Answer]]] = []

    def ask(self, matrix: Matrix) -> "asyncio.Future[Answer]":
        """A future of one dictionary per row. It raises only the model's errors about these rows."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Answer] = loop.create_future()
        self._waiting.append((matrix, future))
        if len(self._waiting) == 1:
            loop.call_soon(self._flush)
        return future

    def _flush(self) -> None:
        waiting, self._waiting = self._waiting, []
        try:
            answers = records(self._predict(np.concatenate([matrix for matrix, _ in waiting])))
            if len(answers) != sum(len(matrix) for matrix, _ in waiting):
                raise ValueError(f"the model answered {len(answers)} rows")
        except Exception:  # noqa: BLE001 - a refused row concerns its own request only
            self._one_by_one(waiting)
            return
        start = 0
        for matrix, future in waiting:
            if not future.done():
                future.set_result(answers[start : start + len(matrix)])
            start += len(matrix)

    def _one_by_one(self, waiting: "list[tuple[Matrix, asyncio.Future[Answer]]]") -> None:
        for matrix, future in waiting:
            if future.done():
                continue
            try:
                future.set_result(records(self._predict(matrix)))
            except Exception as error:  # noqa: BLE001 - handed to the request
                future.set_exception(error)
