"""What the story of the mirror must come to, judged from what was found. Pure."""

from dataclasses import replace

import pytest

from cli.demo.mirror.checks import judged
from cli.demo.mirror.found import Found, Seen

_FEATURES = Seen(name="prod_mirror.a_gold.f", owner="prod-a-ingest", rows=6, known_keys=0, clear=())
_OUTCOMES = replace(_FEATURES, name="prod_mirror.a_gold.o", rows=4)
_FOUND = Found(
    maker="prod-a-ingest",
    reader="dev-a-training",
    accounting={"rows_in": 12, "rows_kept": 10, "rows_removed": 2},
    tables=(_FEATURES, _OUTCOMES),
    refused=("select count(*) from prod.a_gold.f",),
    allowed=(),
    trained_on={1: (_FEATURES.name, _OUTCOMES.name)},
    leaks=(),
)


def _failed(found: Found) -> dict[str, str]:
    return {each.what: each.detail for each in judged(found) if not each.holds}


def test_a_mirror_that_holds_passes_all_six() -> None:
    """Each with its figures."""
    assert _failed(_FOUND) == {}
    assert [each.detail for each in judged(_FOUND)][:2] == [
        "2 tables of prod-a-ingest",
        "12 rows, 2 left out; dev-a-training reads 10",
    ]


@pytest.mark.parametrize(
    ("found", "what", "detail"),
    [
        (
            replace(_FOUND, tables=(replace(_FEATURES, owner="root"), _OUTCOMES)),
            "the mirror was made by the principal of production's ingest, which owns it",
            "2 tables of prod-a-ingest, root",
        ),
        (
            replace(_FOUND, accounting={"rows_in": 13, "rows_kept": 10, "rows_removed": 2}),
            "every row is in the mirror, or was left out with its small group",
            "13 rows, 2 left out; dev-a-training reads 10",
        ),
        (
            replace(_FOUND, tables=(replace(_FEATURES, known_keys=3, clear=("age",)), _OUTCOMES)),
            "the mirror shows no key of production, and no sensitive value that is not drawn anew",
            "3 keys of production; sensitive columns with values: prod_mirror.a_gold.f.age",
        ),
        (
            replace(_FOUND, trained_on={1: ("prod.a_gold.f", _OUTCOMES.name)}),
            "dev trained on the mirror",
            "version 1 on prod.a_gold.f and prod_mirror.a_gold.o",
        ),
        (replace(_FOUND, trained_on={}), "dev trained on the mirror", "dev has no version"),
        (
            replace(_FOUND, refused=(), allowed=("select count(*) from prod.a_gold.f",)),
            "dev can neither read production's own tables nor write the mirror",
            "dev-a-training was allowed: select count(*) from prod.a_gold.f; refused: nothing",
        ),
        (
            replace(_FOUND, leaks=("runs/7/log",)),
            "the secret is in no log and in no file of the mirror",
            "files that contain it: runs/7/log",
        ),
    ],
)
def test_whatever_is_wrong_is_named(found: Found, what: str, detail: str) -> None:
    """That, and nothing else."""
    assert _failed(found) == {what: detail}
