"""The policy that made-up metrics are decided by."""

from ml.declarations import BinaryClassification, Monitoring, Worse
from ml.monitoring.policy import Policy

LIMITS = Monitoring(labelled_months_below=2, cool_down_days=60, limits={"roc_auc": Worse(act=0.05, severe=0.15)})
POLICY = Policy(limits=LIMITS, judged={each.name: each for each in LIMITS.metrics(BinaryClassification(), ("sex",))})
