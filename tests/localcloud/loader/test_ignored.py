"""What `lifecycle.ignore_changes` takes out of the comparison."""

from typing import Any

import pytest

from localcloud.loader.ignored import without

ENDPOINT: dict[str, Any] = {
    "name": "risk",
    "config": {"served_entities": [{"version": "1", "size": "Small"}, {"version": "2"}], "traffic": {"routes": []}},
}


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        ((), ENDPOINT),
        (("name",), {"config": ENDPOINT["config"]}),
        (("config",), {"name": "risk"}),
        (
            ("config[0].traffic",),
            {"name": "risk", "config": {"served_entities": ENDPOINT["config"]["served_entities"]}},
        ),
        (
            ("config[0].served_entities[0].version", "name"),
            {"config": {"served_entities": [{"size": "Small"}, {"version": "2"}], "traffic": {"routes": []}}},
        ),
        (("nowhere", "config.nowhere"), ENDPOINT),
        (("all",), {}),
    ],
)
def test_named_paths_are_left_out(paths: tuple[str, ...], expected: object) -> None:
    """A path may go through a block that stands alone as through a list of one."""
    assert without(ENDPOINT, paths) == expected


def test_the_document_itself_is_not_changed() -> None:
    """The arguments are used again to create."""
    before = str(ENDPOINT)
    without(ENDPOINT, ("config[0].served_entities[0].version",))
    assert str(ENDPOINT) == before
