"""The story of the mirror runs in a copy of the checkout, whose environments switch a mirror on."""

from pathlib import Path

import pytest

from cli.demo.mirror.checkout import mirroring_checkout, require_mirror
from cli.errors import CommandError
from infra.spec import load


def test_the_copy_alone_has_a_mirror(tmp_path: Path) -> None:
    """Dev reads prod's mirror of health; every other use case reads gold, as shipped."""
    made = mirroring_checkout("health", tmp_path / "checkout")
    spec = load(made / "workspaces")
    dev, prod = (next(each for each in spec.environments if each.name == name) for name in ("dev", "prod"))
    assert {name for name, values in dev.use_cases.items() if values.mirror} == {"health"}
    assert {values.mirror_key for values in prod.use_cases.values()} == {None, "prod/health-mirror-key"}


def test_a_use_case_without_a_mirror_is_refused_with_those_that_have_one() -> None:
    """Before anything is removed."""
    with pytest.raises(CommandError) as refused:
        require_mirror("credit")
    assert refused.value.message == "use case 'credit' declares no mirror; those that do: health"
    assert refused.value.exit_code == 2
