"""Small fits that tests run in processes of their own."""

import os
import signal
from pathlib import Path

import numpy as np

from ml.neural.lanes import Lanes, dealt
from ml.neural.schedule import Schedule

PARAMS = {"bins": 4, "embedding": 4, "width": 8, "blocks": 1, "dropout": 0.0}


def rows(count: int = 150, seed: int = 5) -> Lanes:
    """Two numbers, one of them null now and then; the target follows them."""
    random = np.random.default_rng(seed)
    values = random.normal(size=(count, 2))
    truth = (values.sum(axis=1) + random.normal(scale=0.5, size=count) > 0).astype(float)
    values[random.random((count, 2)) < 0.1] = np.nan
    return dealt(values, truth, lanes=4)


def fitted(
    *,
    dropout: float = 0.0,
    epochs: int = 4,
    patience: int = 0,
    double: bool = True,
    checkpoints: Path | None = None,
    killed_at: tuple[int, int] | None = None,
    tuning: bool = True,
) -> "dict[str, np.ndarray]":
    """The weights, and `curve`: (epochs, 2) of losses. Killed for good at the step `killed_at` of an epoch."""
    from ml.neural import loop, losses, tabular  # noqa: PLC0415
    from ml.neural.checkpoints import Checkpoints  # noqa: PLC0415
    from ml.neural.processes import joined  # noqa: PLC0415

    edges = [[-2.0, -1.0, 0.0, 1.0, 2.0], [-1.0, 1.0]]

    def stepped(epoch: int, step: int) -> None:
        if (epoch, step) == killed_at:
            os.kill(os.getpid(), signal.SIGKILL)

    with joined() as process:
        done = loop.fit(
            lambda: tabular.network(edges, {**PARAMS, "dropout": dropout}),
            losses.logistic,
            rows().of(process.rank, process.world),
            Schedule(
                batch_rows=32,
                epochs=epochs,
                patience_epochs=patience,
                learning_rate=0.01,
                weight_decay=0.01,
                seed=9,
                double=double,
                checkpoint_steps=2,
            ),
            process,
            tuning=rows(80, seed=6).of(process.rank, process.world) if tuning else None,
            checkpoints=Checkpoints(folder=checkpoints) if checkpoints else None,
            stepped=stepped,
        )
    curve = np.array([[each.fitted, each.tuning] for each in done.epochs])
    return {**done.weights, "curve": curve, "best": np.array(done.best.number)}


def save(into: str, **asked: object) -> None:
    """Fit, and write the weights to the file `into`; what a process of its own does."""
    np.savez(into, allow_pickle=False, **fitted(**asked))  # type: ignore[arg-type]


def save_losses(into: str, seeds: "tuple[int, ...]") -> None:
    """Fit from each seed with dropout, one after another; write the last losses on the tuning rows to the file."""
    from ml.neural import loop, losses, tabular  # noqa: PLC0415
    from ml.neural.processes import joined  # noqa: PLC0415

    edges, found = [[-2.0, -1.0, 0.0, 1.0, 2.0], [-1.0, 1.0]], []
    with joined() as process:
        for seed in seeds:
            done = loop.fit(
                lambda: tabular.network(edges, {**PARAMS, "dropout": 0.3}),
                losses.logistic,
                rows().of(process.rank, process.world),
                Schedule(batch_rows=32, epochs=10, learning_rate=0.01, weight_decay=0.01, seed=seed),
                process,
                tuning=rows(400, seed=6).of(process.rank, process.world),
            )
            found.append(done.epochs[-1].tuning)
    np.savez(into, allow_pickle=False, losses=np.array(found))
