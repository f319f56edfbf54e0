"""`python -m tests.policies.review.golden_reviews` writes what the review says about the real plans today.

Read the difference before committing it: the goldens are what reviewers will see.
"""

from pathlib import Path

from policies.json_file import read_document
from policies.review.comment.markdown import comment
from policies.review.review import Review
from tests.policies.review.plans import REAL_PLANS, reviewer

GOLDEN = Path(__file__).parent / "golden"
NAMES = ("create", "no-changes", "drift", "change-replace-delete-grant", "destroy")


def golden_review(name: str) -> Review:
    """The review of the real plan called `name`."""
    return reviewer().review(name, read_document(REAL_PLANS / f"{name}.json"))


def main() -> None:
    """Write all goldens."""
    for name in NAMES:
        (GOLDEN / f"{name}.md").write_text(comment(golden_review(name)), encoding="utf-8")


if __name__ == "__main__":
    main()
