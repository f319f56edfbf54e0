"""The policy that made-up metrics are decided by."""

from ml.declarations import BinaryClassification, Calendar, Monitoring, Worse
from ml.monitoring.policy import Policy

LIMITS = Monitoring(labelled_periods_below=2, cool_down_days=60, limits={"roc_auc": Worse(act=0.05, severe=0.15)})
MONTHS = Calendar()
POLICY = Policy(
    limits=LIMITS,
    calendar=MONTHS,
    judged={each.name: each for each in LIMITS.metrics(BinaryClassification(), ("sex",))},
)
