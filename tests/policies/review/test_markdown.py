"""The comment: complete where it fits, honest where it does not."""

import re

import pytest

from policies.review.comment.markdown import comment, marker
from policies.review.review import Review
from tests.policies.review.plans import change, reviewed


def _many(number: int) -> Review:
    lost = [change(f"databricks_volume.v{n}", ["delete"], {"name": f"v{n}"}) for n in range(number)]
    changed = [change(f"databricks_job.j{n}", ["update"], {"name": "a"}, {"name": "ü" * 100}) for n in range(number)]
    return reviewed(*lost, *changed)


@pytest.mark.parametrize("most_bytes", [60_000, 8_000, 2_500])
def test_a_comment_never_exceeds_its_limit_and_says_what_is_missing(most_bytes: int) -> None:
    """The verdict and the counts stay; blocks are closed; what is left out is counted and can be had."""
    text = comment(_many(800), most_bytes=most_bytes)
    assert len(text.encode()) <= most_bytes
    assert text.startswith(marker("prod-ml"))
    assert "**800 to update, 800 to destroy**" in text
    assert "needs approval by `platform-admins`, `model-risk`" in text
    assert text.count("<details>") == text.count("</details>")
    assert re.search(r"\d+ more lines do not fit here|does not fit here", text)
    assert text.rstrip().endswith("whole review: mlops review --format json")


def test_what_decides_comes_before_what_is_long() -> None:
    """Verdict, what is lost, access, findings, cost, drift; then the list of all changes, folded."""
    text = comment(
        reviewed(
            change("databricks_volume.v", ["delete"], {"name": "v"}),
            change("databricks_sql_endpoint.w", ["update"], {"cluster_size": "Small"}, {"cluster_size": "Large"}),
            change(
                "databricks_grants.g",
                ["create"],
                None,
                {"schema": "prod.gold", "grant": [{"principal": "eng", "privileges": ["SELECT"]}]},
            ),
        )
    )
    order = ["needs approval", "Destroyed, replaced", "Who gains", "### Cost", "All changes (3)"]
    places = [text.index(title) for title in order]
    assert places == sorted(places)


def test_a_small_review_is_complete() -> None:
    """Nothing is left out where all of it fits."""
    text = comment(_many(3))
    assert "do not fit" not in text
    assert all(f"databricks_volume.v{n}" in text for n in range(3))


def test_the_same_stack_has_the_same_marker() -> None:
    """A pipeline replaces the comment that has it, and another stack has another."""
    assert comment(_many(1)).splitlines()[0] == marker("prod-ml") == "<!-- mlops-review: prod-ml -->"
    assert marker("prod-ml") != marker("dev-ml")
