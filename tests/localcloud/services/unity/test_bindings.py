"""Which workspace reaches which catalog."""

import pytest

from localcloud.services.unity.bindings import READ_ONLY, READ_WRITE, merge, refusal

BOUND = [{"workspace_id": 1, "binding_type": READ_WRITE}, {"workspace_id": 2, "binding_type": READ_ONLY}]


@pytest.mark.parametrize(
    ("mode", "workspace_id", "write", "message"),
    [
        ("OPEN", 9, True, None),
        ("ISOLATED", 1, True, None),
        ("ISOLATED", 2, False, None),
        ("ISOLATED", 2, True, "Catalog 'prod' is bound READ_ONLY to current workspace: writing is not allowed."),
        ("ISOLATED", 9, False, "Catalog 'prod' is not accessible in current workspace."),
        ("ISOLATION_MODE_ISOLATED", 9, False, "Catalog 'prod' is not accessible in current workspace."),
    ],
)
def test_a_workspace_reaches_a_catalog(mode: str, workspace_id: int, write: bool, message: str | None) -> None:
    """Open to all; isolated: the bound ones only, and read-only ones may not write."""
    assert refusal({"name": "prod", "isolation_mode": mode}, BOUND, workspace_id, write=write) == message


def test_bindings_are_merged_by_workspace() -> None:
    """Adding replaces a workspace's binding; the default is READ_WRITE; removing takes it away."""
    assert merge(BOUND, [{"workspace_id": "2"}, {"workspace_id": 3, "binding_type": READ_ONLY}], [BOUND[0]]) == [
        {"workspace_id": 2, "binding_type": READ_WRITE},
        {"workspace_id": 3, "binding_type": READ_ONLY},
    ]
