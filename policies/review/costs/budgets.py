"""The monthly budgets among a plan's resources, changed or not."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from policies.terraform.change import Change

_MONTHS = {"Monthly": 1, "BillingMonth": 1, "Quarterly": 3, "BillingQuarter": 3, "Annually": 12, "BillingAnnual": 12}


@dataclass(frozen=True, kw_only=True)
class Budgets:
    """Two sums that are never added, because Azure's bill includes Databricks.

    `azure` is in the currency of the subscription's bill, `databricks` in US dollars at list prices.
    """

    azure: float = 0.0
    databricks: float = 0.0

    def __add__(self, other: "Budgets") -> "Budgets":
        return Budgets(azure=self.azure + other.azure, databricks=self.databricks + other.databricks)

    @property
    def words(self) -> str:
        """Both, if present."""
        parts = [f"{self.azure:,.0f} of Azure's bill"] if self.azure else []
        parts += [f"{self.databricks:,.0f} USD of Databricks at list prices"] if self.databricks else []
        return f"budgets of these stacks: {' and '.join(parts)} a month" if parts else "no budget in these stacks"


def budgets(changes: Iterable[Change]) -> Budgets:
    """The budgets after the plan."""
    stay = [change for change in changes if isinstance(change.after, Mapping) and not change.deposed]
    return Budgets(
        azure=sum(_azure(one.values) for one in stay if one.type.startswith("azurerm_consumption_budget_")),
        databricks=sum(max(_alerts(one.values), default=0.0) for one in stay if one.type == "databricks_budget"),
    )


def _azure(values: Mapping[str, Any]) -> float:
    return _number(values.get("amount")) / _MONTHS.get(str(values.get("time_grain") or "Monthly"), 1)


def _alerts(values: Mapping[str, Any]) -> Iterator[float]:
    """The limits at which a Databricks budget alerts; the highest monthly one is the budget."""
    for alert in values.get("alert_configurations") or ():
        if isinstance(alert, Mapping) and alert.get("time_period", "MONTH") == "MONTH":
            yield _number(alert.get("quantity_threshold"))


def _number(value: Any) -> float:
    """The provider has some amounts as text; text that is not a number yet counts as none."""
    try:
        return 0.0 if isinstance(value, bool) or value is None else float(value)
    except (TypeError, ValueError):
        return 0.0
