"""This process among those that fit one network, and the device that it has."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import torch
import torch.distributed as dist

# How long processes wait for one another; a first checkpoint from a slow volume takes minutes.
_TIMEOUT = timedelta(minutes=10)
# From this compute capability on (A10, A100) a GPU computes in bfloat16; a T4 (7.5) in float16 alone.
_BFLOAT16_FROM = (8, 0)


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a process computes: `cpu` or a CUDA device, and in which half precision; None: in full."""

    device: str
    half: torch.dtype | None

    @property
    def backend(self) -> str:
        """What processes in such places speak."""
        return "nccl" if self.device.startswith("cuda") else "gloo"

    @property
    def scales(self) -> bool:
        """Whether small gradients must be scaled up, or float16 makes zero of them."""
        return self.half is torch.float16


@dataclass(frozen=True, kw_only=True)
class Process:
    """Its number among `world`, and its place."""

    rank: int
    world: int
    place: Place

    @property
    def leads(self) -> bool:
        """Whether it is the one that writes."""
        return self.rank == 0

    def total(self, number: float) -> float:
        """The sum of what all processes give."""
        if self.world == 1:
            return number
        summed = torch.tensor(number, dtype=torch.float64, device=self.place.device)
        dist.all_reduce(summed)
        return float(summed)

    def agreed(self, said: Any) -> Any:
        """What the leading process says."""
        if self.world == 1:
            return said
        holder = [said]
        dist.broadcast_object_list(holder, src=0)
        return holder[0]


def chosen(capability: tuple[int, int] | None, index: int = 0) -> Place:
    """The place for a GPU of this compute capability, None: there is none. Pure."""
    if capability is None:
        return Place(device="cpu", half=None)
    half = torch.bfloat16 if capability >= _BFLOAT16_FROM else torch.float16
    return Place(device=f"cuda:{index}", half=half)


def here() -> Place:
    """The place of this process: its own GPU if the machine has one, else the processor."""
    if not torch.cuda.is_available():
        return chosen(None)
    index = int(os.environ.get("LOCAL_RANK", "0"))
    torch.cuda.set_device(index)
    return chosen(torch.cuda.get_device_capability(index), index)


@contextmanager
def joined() -> Iterator[Process]:
    """This process with those that `torchrun` (or Spark's TorchDistributor) started with it; alone without them."""
    place, world = here(), int(os.environ.get("WORLD_SIZE", "1"))
    if world == 1:
        yield Process(rank=0, world=1, place=place)
        return
    dist.init_process_group(place.backend, timeout=_TIMEOUT)
    try:
        yield Process(rank=dist.get_rank(), world=world, place=place)
    finally:
        dist.destroy_process_group()


def alone() -> Process:
    """This process by itself, whatever the environment says."""
    return Process(rank=0, world=1, place=here())
