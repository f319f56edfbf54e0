"""The network over the past of many series."""

from pathlib import Path

import numpy as np

from ml.neural.lanes import dealt
from ml.neural.schedule import Schedule
from ml.versions.scorer import NETWORK_FILE, network_raw
from tests.ml.neural.torch_here import torch_or_skip

torch = torch_or_skip()
# Threads of a busy machine wait for each other far longer than one works.
torch.set_num_threads(1)

from ml.neural import loop, losses, processes, stacked  # noqa: E402

PARAMS = {"embedding": 3, "width": 16, "blocks": 3, "dropout": 0.0}
# A column of what else is known, three of the past, and another one of what else is known.
EDGES = [[-2.0, 0.0, 2.0], [0.0, 1.0], [0.0, 1.0], [0.0, 1.0], [0.0, 1.0, 2.0, 3.0]]
PAST = [1, 2, 3]


def _values(rows: int) -> np.ndarray:
    random = np.random.default_rng(2)
    values = random.normal(scale=2, size=(rows, len(EDGES)))
    values[::7, 0], values[::5, 3], values[5, :] = np.nan, np.nan, np.nan
    return values


def test_what_serves_computes_what_pytorch_computes(tmp_path: Path) -> None:
    """From the weights alone, nulls included."""
    torch.manual_seed(4)
    network = stacked.network(EDGES, PAST, PARAMS).double().eval()
    values = _values(5000)
    with torch.no_grad():
        said = network(torch.from_numpy(values)).numpy()[:, 0]
    np.savez(tmp_path / NETWORK_FILE, **{name: each.numpy() for name, each in network.state_dict().items()})
    np.testing.assert_allclose(network_raw(tmp_path)(values), said, rtol=1e-9, atol=1e-12)
    assert network_raw(tmp_path)(values[:0]).shape == (0,)


def test_each_block_reads_what_those_before_it_left_of_the_past() -> None:
    """And the context, which is the same for all of them; the answer is one sum over what they found."""
    network = stacked.network(EDGES, PAST, {**PARAMS, "blocks": 2}).double().eval()
    rows = torch.from_numpy(np.nan_to_num(_values(50)))
    context = network.embedded(rows)
    with torch.no_grad():
        _, left = network.blocks[0](rows[:, PAST], context)
        first, _ = network.blocks[0](rows[:, PAST], context)
        second, _ = network.blocks[1](left, context)
        by_hand = network.last(torch.cat([first, second], dim=1))
        torch.testing.assert_close(network(rows), by_hand)
    assert not torch.equal(left, rows[:, PAST])


def test_it_learns_a_series_from_its_past() -> None:
    """Twice the newest value less the one before, and a step that is known: all but hundredths of what varies."""
    random = np.random.default_rng(3)
    values = np.column_stack([random.integers(0, 3, 1500), random.normal(size=(1500, 3)), np.zeros(1500)])
    truth = 2 * values[:, 1] - values[:, 2] + values[:, 0]
    cpu = processes.Process(rank=0, world=1, place=processes.chosen(None))
    edges = [[0.0, 1.0, 2.0], *EDGES[1:4], [0.0]]
    done = loop.fit(
        lambda: stacked.network(edges, PAST, PARAMS),
        losses.squared,
        dealt(values[:1000], truth[:1000]),
        Schedule(batch_rows=64, epochs=30, learning_rate=3e-3, seed=1),
        cpu,
        tuning=dealt(values[1000:], truth[1000:]),
    )
    assert done.best.tuning < 0.02 * truth.var()
