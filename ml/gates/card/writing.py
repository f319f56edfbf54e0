"""From facts to a document. Pure."""

from ml.gates.card import evidence, limits, subject
from ml.gates.card.document import Document, Section
from ml.gates.card.facts import CardFacts
from ml.records.gate_results import ALL_GATES, Decision


def document(card: CardFacts) -> Document:
    """The card: first the verdict, then the version, the findings and the unknowns."""
    open_gates = [gate for gate in ALL_GATES if _verdict(card, gate) != Decision.PASS]
    named = f"Version {card.version} of {card.name}"
    said = f"did not pass {', '.join(open_gates)}: it is not released" if open_gates else "passed all gates"
    sections: list[Section | None] = [
        subject.purpose(card),
        evidence.gates(card),
        evidence.approval(card),
        evidence.comments(card),
        evidence.measures(card),
        evidence.groups(card),
        evidence.slices(card),
        limits.known_limits(card),
        subject.problem(card),
        subject.data(card),
        subject.features(card),
        subject.sensitive(card),
        evidence.importance(card),
        evidence.pictures(card),
        limits.monitoring(card),
        subject.code(card),
    ]
    return Document(
        title=f"Model card: {card.model.name}, version {card.version}",
        lead=f"{named} {said}. {card.model.comment}",
        released=not open_gates,
        sections=[section for section in sections if section],
    )


def _verdict(card: CardFacts, gate: str) -> str:
    found = card.verdicts.get(gate)
    return found.verdict if found else ""
