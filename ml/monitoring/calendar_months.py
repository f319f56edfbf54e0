"""Calendar months as dates: the first day stands for the month. Pure."""

from datetime import date


def months_between(earlier: date, later: date) -> int:
    """Whole calendar months from `earlier` to `later`; negative where `later` is before."""
    return (later.year - earlier.year) * 12 + later.month - earlier.month


def add_months(month: date, months: int) -> date:
    """The first day of the month that is `months` later (or earlier, where negative)."""
    index = month.year * 12 + month.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def months_from(first: date, last: date) -> list[date]:
    """Every month from `first` to `last`, both included."""
    return [add_months(first, number) for number in range(months_between(first, last) + 1)]


def named(month: date) -> str:
    """`YYYY-MM`."""
    return f"{month:%Y-%m}"
