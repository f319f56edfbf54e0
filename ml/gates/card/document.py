"""The parts of a card, before they become Markdown or HTML."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Paragraph:
    """A paragraph of plain text."""

    text: str


@dataclass(frozen=True, kw_only=True)
class Points:
    """A list of plain texts."""

    items: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Grid:
    """A table: a heading per column, and rows of as many cells."""

    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A PNG; `file` is its name among the artifacts of the run."""

    file: str
    png: bytes

    @property
    def title(self) -> str:
        """What it shows, by its file's name."""
        return self.file.removesuffix(".png").replace("_", " ")


Block = Paragraph | Points | Grid | Picture


@dataclass(frozen=True, kw_only=True)
class Section:
    """A heading and the blocks below it."""

    title: str
    blocks: Sequence[Block]


@dataclass(frozen=True, kw_only=True)
class Document:
    """A card: its title, the lead that comes first, and its sections."""

    title: str
    lead: str
    released: bool
    sections: Sequence[Section]
