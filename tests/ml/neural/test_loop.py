"""The loop: one process and many, killed and not."""

import multiprocessing
import os
import signal
import socket
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from ml.neural.schedule import Schedule
from ml.versions.scorer import NETWORK_FILE, network_raw
from tests.ml.neural import fits
from tests.ml.neural.torch_here import torch_or_skip

torch = torch_or_skip()
# As in the processes that a test starts: sums in another order differ in the last bit.
torch.set_num_threads(1)

from ml.neural import loop, losses, processes, tabular  # noqa: E402
from ml.neural.checkpoints import Checkpoints  # noqa: E402


def _equal(one: dict[str, np.ndarray], other: dict[str, np.ndarray], relative: float = 0.0) -> None:
    assert one.keys() == other.keys()
    for name, value in one.items():
        np.testing.assert_allclose(value, other[name], rtol=relative, atol=relative * 1e-3, err_msg=name)


def _child(rank: int, world: int, port: int, into: str, asked: dict[str, object]) -> None:
    torch.set_num_threads(1)
    os.environ |= {
        "RANK": str(rank),
        "LOCAL_RANK": str(rank),
        "WORLD_SIZE": str(world),
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": str(port),
    }
    if "seeds" in asked:
        fits.save_losses(into, **asked)  # type: ignore[arg-type]
    else:
        fits.save(into, **asked)  # type: ignore[arg-type]


def _in_processes(world: int, into: Path, **asked: object) -> list[int]:
    """Fit in `world` processes, which write to `<into>.<rank>.npz`; their exit codes."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    context = multiprocessing.get_context("spawn")
    started = [
        context.Process(target=_child, args=(rank, world, port, f"{into}.{rank}.npz", asked)) for rank in range(world)
    ]
    for each in started:
        each.start()
    codes = []
    for each in started:
        each.join(timeout=120)
        # One whose partner was killed waits for it: its whole training is over, as a failed Spark stage is.
        if each.is_alive():
            each.kill()
            each.join()
        codes.append(each.exitcode)
        if each.exitcode:
            [other.kill() for other in started]
    return codes


def _read(into: Path, rank: int = 0) -> dict[str, np.ndarray]:
    with np.load(f"{into}.{rank}.npz", allow_pickle=False) as saved:
        return {name: saved[name] for name in saved.files}


def test_two_processes_give_the_weights_of_one(tmp_path: Path) -> None:
    """In double precision, at the same batch of all processes: to 1e-5 relative after all steps, in each of them."""
    alone = fits.fitted()
    assert _in_processes(2, tmp_path / "two") == [0, 0]
    first, second = _read(tmp_path / "two", 0), _read(tmp_path / "two", 1)
    _equal(first, alone, relative=1e-5)
    _equal(second, first, relative=1e-12)


def test_with_dropout_two_processes_are_as_good_as_one(tmp_path: Path) -> None:
    """What is dropped out differs, so weights do; over twenty starts the losses differ by no more than chance makes."""
    seeds = tuple(range(100, 120))
    assert _in_processes(2, tmp_path / "two", seeds=seeds) == [0, 0]
    fits.save_losses(f"{tmp_path / 'one'}.0.npz", seeds)
    one, two = (_read(tmp_path / name)["losses"] for name in ("one", "two"))
    assert not np.array_equal(one, two)
    # Student's t for 99 % and twenty pairs.
    assert abs((two - one).mean()) <= 2.86 * (two - one).std(ddof=1) / np.sqrt(len(seeds))


def test_killed_at_any_step_a_fit_resumes_to_the_same_weights(tmp_path: Path) -> None:
    """Before the first checkpoint, between two and in a later epoch; with dropout, to the last bit."""
    whole = fits.fitted(dropout=0.3, epochs=3)
    for killed_at in [(0, 1), (0, 3), (2, 4)]:
        folder, into = tmp_path / f"{killed_at}", tmp_path / f"{killed_at}-weights"
        asked = {"dropout": 0.3, "epochs": 3, "checkpoints": folder}
        assert _in_processes(1, into, **asked, killed_at=killed_at) == [-signal.SIGKILL]
        (folder / "000000-000000001.77.part").parent.mkdir(exist_ok=True)
        (folder / "000000-000000001.77.part").write_bytes(b"half a file")
        resumed = fits.fitted(dropout=0.3, epochs=3, checkpoints=folder)
        _equal(resumed, whole)
        assert len(list(folder.glob("*-*.pt"))) == 2


def test_interrupted_after_each_of_its_steps_a_fit_resumes_to_the_same_weights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All steps of two epochs, of which every second has a checkpoint; with dropout, to the last bit."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "kill", interrupt)
    whole = fits.fitted(dropout=0.3, epochs=2)
    for at in [(epoch, step) for epoch in range(2) for step in range(1, fits.rows().steps(32) + 1)]:
        with pytest.raises(KeyboardInterrupt):
            fits.fitted(dropout=0.3, epochs=2, checkpoints=tmp_path / f"{at}", killed_at=at)
        _equal(fits.fitted(dropout=0.3, epochs=2, checkpoints=tmp_path / f"{at}"), whole)


def test_two_processes_resume_where_they_were_killed(tmp_path: Path) -> None:
    """Both go on from the checkpoint that the leading one wrote."""
    whole, folder = fits.fitted(epochs=2), tmp_path / "checkpoints"
    codes = _in_processes(2, tmp_path / "two", epochs=2, checkpoints=folder, killed_at=(1, 3))
    assert -signal.SIGKILL in codes
    assert _in_processes(2, tmp_path / "two", epochs=2, checkpoints=folder) == [0, 0]
    _equal(_read(tmp_path / "two"), whole, relative=1e-5)


def test_a_fit_ends_when_the_tuning_rows_no_longer_improve(tmp_path: Path) -> None:
    """With the weights of the best epoch; begun again, it is over at once and says the same."""
    found = fits.fitted(epochs=200, patience=3, checkpoints=tmp_path)
    best, curve = int(found["best"]), found["curve"]
    assert len(curve) == best + 3 < 200
    assert best == int(np.argmin(curve[:, 1])) + 1
    _equal(fits.fitted(epochs=best, tuning=False) | {"curve": curve, "best": found["best"]}, found, relative=1e-12)
    _equal(fits.fitted(epochs=200, patience=3, checkpoints=tmp_path), found)


def test_a_fit_ends_after_the_epoch_of_which_it_is_told() -> None:
    """With the best epoch until then, as if no more had been asked for."""
    cpu = processes.Process(rank=0, world=1, place=processes.chosen(None))
    edges = [[-2.0, -1.0, 0.0, 1.0, 2.0], [-1.0, 1.0]]

    def fit(epochs: int, ends: Callable[[loop.Epoch], bool]) -> loop.Done:
        schedule = Schedule(batch_rows=32, epochs=epochs, learning_rate=0.01, weight_decay=0.01, seed=9)
        make = lambda: tabular.network(edges, fits.PARAMS)  # noqa: E731
        return loop.fit(make, losses.logistic, fits.rows(), schedule, cpu, tuning=fits.rows(), ends=ends)

    ended, asked = fit(9, lambda epoch: epoch.number == 3), fit(3, lambda _: False)
    assert ended.epochs == asked.epochs
    assert ended.best == asked.best
    assert len(ended.epochs) == 3


def test_what_serves_computes_what_pytorch_computes(tmp_path: Path) -> None:
    """From the weights alone, nulls and unseen values included."""
    edges = [[-2.0, -1.0, 0.0, 1.0, 2.0], [0.0, 1.0], [3.0]]
    torch.manual_seed(4)
    network = tabular.TabularNetwork(edges, embedding=3, width=5, blocks=2, dropout=0.4).double().eval()
    values = np.random.default_rng(2).normal(scale=3, size=(5000, 3))
    values[::7, 0], values[5, :] = np.nan, np.nan
    with torch.no_grad():
        said = network(torch.from_numpy(values)).numpy()[:, 0]
    np.savez(tmp_path / NETWORK_FILE, **{name: each.numpy() for name, each in network.state_dict().items()})
    np.testing.assert_allclose(network_raw(tmp_path)(values), said, rtol=1e-9, atol=1e-12)
    assert network_raw(tmp_path)(values[:0]).shape == (0,)


@pytest.mark.parametrize(
    ("capability", "half", "scales", "backend"),
    [
        (None, None, False, "gloo"),
        ((7, 5), torch.float16, True, "nccl"),
        ((8, 0), torch.bfloat16, False, "nccl"),
        ((8, 6), torch.bfloat16, False, "nccl"),
    ],
    ids=["processor", "T4", "A100", "A10"],
)
def test_device_and_precision_follow_from_what_is_there(
    capability: tuple[int, int] | None, half: object, scales: bool, backend: str
) -> None:
    """float16 with scaled gradients on a T4, bfloat16 from A100 and A10 on, full precision on a processor."""
    place = processes.chosen(capability)
    assert (place.half, place.scales, place.backend) == (half, scales, backend)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU is here: mixed precision was not fitted on one")
def test_on_a_gpu_a_fit_in_mixed_precision_is_as_good_as_on_the_processor() -> None:
    """The losses of its epochs lie within two percent of those in full precision on the processor."""
    mixed = fits.fitted(double=False)["curve"]
    cpu = processes.Process(rank=0, world=1, place=processes.chosen(None))
    edges = [[-2.0, -1.0, 0.0, 1.0, 2.0], [-1.0, 1.0]]
    schedule = Schedule(batch_rows=32, epochs=4, learning_rate=0.01, weight_decay=0.01, seed=9)
    full = loop.fit(lambda: tabular.network(edges, fits.PARAMS), losses.logistic, fits.rows(), schedule, cpu)
    np.testing.assert_allclose(mixed[:, 0], [each.fitted for each in full.epochs], rtol=0.02)


def test_a_checkpoint_holds_no_code(tmp_path: Path) -> None:
    """One that does is refused: a volume has other writers."""
    checkpoints = Checkpoints(folder=tmp_path)
    checkpoints.write(0, 1, {"network": Path("anything")})
    newest = checkpoints.newest()
    assert newest is not None
    with pytest.raises(Exception, match="Weights only load failed"):
        checkpoints.read(newest)
