"""The scan's findings on a plan, less what somebody answers for: a waived finding is told, and stops nothing."""

from collections.abc import Sequence
from datetime import date

from policies.findings import findings_of
from policies.json_file import Document
from policies.review.review import FindingsOf, Told
from policies.scan.waivers import Waiver

WAIVED = "waived"


def findings_with(waivers: Sequence[Waiver], today: date) -> FindingsOf:
    """What the scan finds in a stack's plan. A waiver past its date waives nothing."""
    valid = [waiver for waiver in waivers if waiver.problem(today) is None]

    def found(stack: str, document: Document) -> list[Told]:
        told = []
        for item in findings_of(document):
            waiver = next((one for one in valid if one.covers(item.rule, f"{stack}/{item.address}")), None)
            waived = waiver if waiver and item.result != "pass" else None
            told.append(
                Told(
                    rule=item.rule,
                    severity=item.severity,
                    address=item.address,
                    result=WAIVED if waived else item.result,
                    reason=f"{waived.reason} ({waived.owner}, until {waived.expires})" if waived else item.reason,
                )
            )
        return told

    return found
