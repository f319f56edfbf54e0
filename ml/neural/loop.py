"""Fit a network: the same code for one process and for many, on a processor and on GPUs.

Every step takes the gradient of the mean loss over the rows that all processes hold of it. The order of the rows and
what is dropped out follow from seed, epoch and step, so a fit that begins again at a checkpoint ends in the same
weights as one that was never interrupted.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch.nn.parallel import DistributedDataParallel

from ml.neural.checkpoints import Checkpoints
from ml.neural.lanes import Array, Lanes
from ml.neural.processes import Process
from ml.neural.schedule import Schedule

# Outputs and targets, a row each, to the sum of the losses of the rows.
Loss = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
Weights = Mapping[str, npt.NDArray[Any]]
# Rows that are judged at once.
_CHUNK = 8192


@dataclass(frozen=True, kw_only=True)
class Epoch:
    """The mean losses of an epoch, whose number is from 1 on; NaN without tuning rows."""

    number: int
    fitted: float
    tuning: float


@dataclass(frozen=True, kw_only=True)
class Done:
    """The weights of the best epoch by the tuning rows, or of the last; and how each epoch went."""

    weights: Weights
    epochs: tuple[Epoch, ...]
    best: Epoch


@dataclass
class _Fit:
    """A fit under way: what it is made with, and all that it is made of."""

    network: torch.nn.Module
    loss: Loss
    schedule: Schedule
    process: Process
    epoch: int = 0
    step: int = 0
    summed: float = 0.0
    epochs: list[Epoch] = field(default_factory=list)
    best: Epoch | None = None
    kept: dict[str, torch.Tensor] = field(default_factory=dict)

    def __post_init__(self) -> None:
        rate, decay, place = self.schedule.learning_rate, self.schedule.weight_decay, self.process.place
        self.optimizer = torch.optim.AdamW(self.network.parameters(), lr=rate, weight_decay=decay)
        scaled = place.scales and not self.schedule.double
        self.scaler = torch.amp.GradScaler(place.device.partition(":")[0], enabled=scaled)

    def held(self, summed: float) -> dict[str, Any]:
        """As a checkpoint keeps it; `summed` over all processes."""
        return {
            "network": self.network.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "scaler": self.scaler.state_dict(),
            "epoch": self.epoch,
            "step": self.step,
            "summed": summed,
            "epochs": [[each.number, each.fitted, each.tuning] for each in self.epochs],
            "best": None if self.best is None else self.best.number,
            "kept": self.kept,
        }

    def resume(self, held: Mapping[str, Any]) -> None:
        """Go on from a checkpoint."""
        self.network.load_state_dict(held["network"])
        self.optimizer.load_state_dict(held["optimizer"])
        self.scaler.load_state_dict(held["scaler"])
        self.epoch, self.step = held["epoch"], held["step"]
        self.summed = held["summed"] if self.process.leads else 0.0
        self.epochs = [
            Epoch(number=int(number), fitted=fitted, tuning=tuning) for number, fitted, tuning in held["epochs"]
        ]
        self.best = None if held["best"] is None else self.epochs[held["best"] - 1]
        self.kept = dict(held["kept"])

    def ended(self) -> bool:
        """Whether all epochs were made, or patience is at its end."""
        waited = len(self.epochs) - self.best.number if self.best else 0
        patience = self.schedule.patience_epochs
        return self.epoch >= self.schedule.epochs or bool(patience and waited >= patience)

    def learn(self, model: torch.nn.Module, inputs: Array, targets: Array, count: int) -> None:
        """One step with this process's rows, of `count` in all; `model` is the network, or what joins it to others."""
        torch.manual_seed(_seed(self.schedule.seed, self.epoch, self.step, self.process.rank))
        model.train()
        summed = self.loss(self._outputs(model, inputs), self._tensor(targets))
        # Processes' gradients are averaged, so each counts `world` times what it holds of the mean.
        self.scaler.scale(summed * (self.process.world / count)).backward()
        self.scaler.step(self.optimizer)
        self.scaler.update()
        self.optimizer.zero_grad(set_to_none=True)
        self.summed += float(summed.detach())
        self.step += 1

    def judge(self, rows: Lanes, tuning: Lanes | None) -> Epoch:
        """End the epoch: its losses, and whether it is the best."""
        judged = float("nan") if tuning is None else self._mean_loss(tuning)
        ended = Epoch(number=self.epoch + 1, fitted=self.process.total(self.summed) / rows.rows, tuning=judged)
        self.epochs.append(ended)
        if self.best is None or tuning is None or judged < self.best.tuning:
            self.best = ended
            if tuning is not None:
                self.kept = {name: value.detach().clone() for name, value in self.network.state_dict().items()}
        self.epoch, self.step, self.summed = self.epoch + 1, 0, 0.0
        return ended

    def keep(self, checkpoints: Checkpoints | None) -> None:
        """All processes come here at the same step; the leading one writes."""
        if checkpoints is None:
            return
        summed = self.process.total(self.summed)
        if self.process.leads:
            checkpoints.write(self.epoch, self.step, self.held(summed))

    def done(self) -> Done:
        """The best epoch's weights by the tuning rows, or the last ones."""
        best = self.best or Epoch(number=0, fitted=float("nan"), tuning=float("nan"))
        weights = self.kept or self.network.state_dict()
        named = {name: value.detach().cpu().numpy() for name, value in weights.items()}
        return Done(weights=named, epochs=tuple(self.epochs), best=best)

    def _mean_loss(self, rows: Lanes) -> float:
        self.network.eval()
        inputs, targets = rows.all()
        summed = 0.0
        with torch.no_grad():
            for start in range(0, len(inputs), _CHUNK):
                outputs = self._outputs(self.network, inputs[start : start + _CHUNK])
                summed += float(self.loss(outputs, self._tensor(targets[start : start + _CHUNK])))
        return self.process.total(summed) / rows.rows

    def _outputs(self, model: torch.nn.Module, inputs: Array) -> torch.Tensor:
        """In half precision where the place has one; the loss is taken in full."""
        x, half = self._tensor(inputs), None if self.schedule.double else self.process.place.half
        with torch.autocast(x.device.type, dtype=half, enabled=half is not None):
            outputs: torch.Tensor = model(x)
        return outputs.to(x.dtype)

    def _tensor(self, values: Array) -> torch.Tensor:
        device = self.process.place.device
        return torch.from_numpy(np.ascontiguousarray(values)).to(device=device, dtype=_precision(self.schedule))


def fit(
    make: Callable[[], torch.nn.Module],
    loss: Loss,
    rows: Lanes,
    schedule: Schedule,
    process: Process,
    *,
    tuning: Lanes | None = None,
    checkpoints: Checkpoints | None = None,
    ends: Callable[[Epoch], bool] = lambda _: False,
    watch: Callable[[Epoch], None] = lambda _: None,
    stepped: Callable[[int, int], None] = lambda _epoch, _step: None,
) -> Done:
    """Fit what `make` makes to this process's share of `rows`, beside the other processes.

    No epoch follows one of which `ends` says so, in every process alike. `watch` hears of each epoch, in the leading
    process; `stepped` of each step, everywhere, before its checkpoint.
    """
    torch.manual_seed(schedule.seed)
    network = make().to(device=process.place.device, dtype=_precision(schedule))
    state = _Fit(network=network, loss=loss, schedule=schedule, process=process)
    newest = process.agreed(checkpoints.newest()) if checkpoints else None
    if checkpoints and newest:
        state.resume(checkpoints.read(newest))
    model = network if process.world == 1 else DistributedDataParallel(network, broadcast_buffers=False)
    while not state.ended():
        for inputs, targets, count in rows.batches(schedule.batch_rows, schedule.seed, state.epoch, state.step):
            state.learn(model, inputs, targets, count)
            stepped(state.epoch, state.step)
            if state.step % schedule.checkpoint_steps == 0:
                state.keep(checkpoints)
        ended = state.judge(rows, tuning)
        state.keep(checkpoints)
        if process.leads:
            watch(ended)
        if ends(ended):
            break
    return state.done()


def _precision(schedule: Schedule) -> torch.dtype:
    return torch.float64 if schedule.double else torch.float32


def _seed(*parts: int) -> int:
    return int(np.random.SeedSequence(parts).generate_state(1)[0])
