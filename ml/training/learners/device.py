"""The device for XGBoost: a GPU if it supports one on this machine, otherwise all cores."""

import os
from pathlib import Path

import xgboost

_NVIDIA_DEVICES = Path("/proc/driver/nvidia/gpus")
_ROWS_PER_THREAD = 20_000


def choose_device(*, built_with_cuda: bool, gpus: int) -> str:
    """`cuda` if XGBoost supports GPUs and the machine has one, otherwise `cpu`."""
    return "cuda" if built_with_cuda and gpus > 0 else "cpu"


def device() -> str:
    """The device of this machine. `CUDA_VISIBLE_DEVICES` empty or -1 hides its GPUs, as CUDA itself reads it."""
    hidden = os.environ.get("CUDA_VISIBLE_DEVICES") in ("", "-1")
    gpus = len(list(_NVIDIA_DEVICES.iterdir())) if _NVIDIA_DEVICES.is_dir() and not hidden else 0
    return choose_device(built_with_cuda=bool(xgboost.build_info().get("USE_CUDA", False)), gpus=gpus)


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def threads(*, rows: int, cores: int) -> int:
    """One thread for each 20,000 rows, up to all cores.

    Threads of one round wait for each other, by default spinning: on a busy machine of two cores a search over
    24,000 rows took 140 s with two threads and 15 s with one.
    """
    return max(1, min(cores, rows // _ROWS_PER_THREAD))
