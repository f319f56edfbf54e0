"""Looks up one list and writes it: `python -m delivery.renew prices | node-types | allow-lists`."""

import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import httpx

from delivery.host import DeliveryError
from delivery.renew import allow_lists, node_types, prices
from settings.problems import SettingsError

ROOT = Path(__file__).resolve().parents[2]


def _today_s_lists() -> Mapping[str, tuple[str, Callable[[str], str]]]:
    today = datetime.now(UTC).date()
    return {
        "prices": (prices.PATH, lambda text: prices.renewed(text, today)),
        "node-types": (node_types.PATH, lambda text: node_types.renewed(text, today)),
        "allow-lists": (allow_lists.PATH, allow_lists.renewed),
    }


def main(arguments: Sequence[str]) -> int:
    """Returns the exit code."""
    lists = _today_s_lists()
    if len(arguments) != 1 or arguments[0] not in lists:
        print(f"given {' '.join(arguments) or 'nothing'}; allowed are {', '.join(lists)}", file=sys.stderr)
        return 2
    path, renewed = lists[arguments[0]]
    file = ROOT / path
    before = file.read_text(encoding="utf-8")
    try:
        after = renewed(before)
    except (DeliveryError, SettingsError, httpx.HTTPError) as error:
        print(f"{path} stays as it was: {error}", file=sys.stderr)
        return 1
    if after != before:
        file.write_text(after, encoding="utf-8")
    print(f"{path}: {'changed' if after != before else 'as it was'}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
