"""One summary of all reviewed stacks: verdicts, changes, and the total cost with the total budget."""

from collections import Counter
from collections.abc import Iterator, Sequence

from policies.review.comment.markdown import marker, money
from policies.review.comment.text import cell
from policies.review.costs.budgets import Budgets
from policies.review.decision.rules import Verdict
from policies.review.review import Review


def summary(reviews: Sequence[Review]) -> str:
    """A table with one row per changing stack, the strictest verdict first; empty if none changes."""
    told = [item for item in reviews if item.says_something]
    return "\n".join(_lines(told)) + "\n" if told else ""


def _lines(reviews: Sequence[Review]) -> Iterator[str]:
    order = list(Verdict)
    ordered = sorted(reviews, key=lambda item: (-order.index(item.decision.verdict), item.stack))
    yield marker("summary")
    yield f"## {len(reviews)} stacks change: {ordered[0].decision.verdict}"
    yield ""
    yield "| stack | verdict | changes | access | findings | data lost | cost a month |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    yield from map(_row, ordered)
    yield ""
    yield _total(reviews)


def _row(review: Review) -> str:
    verdict = f"{review.decision.verdict} by {', '.join(map(cell, review.decision.by))}".removesuffix(" by ")
    counts = ", ".join(f"{number} to {action}" for action, number in review.counts.items()) or "none"
    gains = sum(bool(item.gains) for item in review.grants)
    loses = sum(bool(item.loses) for item in review.grants)
    lost = sum(loss.data for loss in review.losses)
    cost = money(review.cost.low, review.cost.high) + (" and unknown parts" if review.cost.unknown else "")
    access = f"{gains} gain, {loses} lose"
    return f"| {cell(review.stack)} | {verdict} | {counts} | {access} | {_findings(review)} | {lost} | {cost} |"


def _findings(review: Review) -> str:
    """The number of new findings, and of those that do not block."""
    counted = Counter(item.result if item.result in ("known", "waived") else "new" for item in review.findings)
    return ", ".join(f"{counted[word]} {word}" for word in ("new", "known", "waived") if counted[word]) or "none"


def _total(reviews: Sequence[Review]) -> str:
    costs = [item.cost for item in reviews]
    unknown = sum(len(cost.unknown) for cost in costs)
    budgeted = sum((item.budgeted for item in reviews), start=Budgets())
    whole = money(sum(cost.low for cost in costs), sum(cost.high for cost in costs))
    parts = [f"**Total {whole} {costs[0].currency} a month**", f"{unknown} parts without a price" if unknown else ""]
    return "; ".join(part for part in (*parts, budgeted.words) if part) + "."
