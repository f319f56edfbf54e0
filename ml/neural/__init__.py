"""Networks: data in lanes, one loop for one process and for many, checkpoints.

`loop`, `processes`, `tabular`, `stacked`, `losses`, `checkpoints` and `on_shards` need PyTorch, and import it when they
are imported themselves; what a network answers is computed without it (`ml/versions/scorer.py`).
"""

# A change here trains a new version: see `ml/training/fingerprint.py`.
RETRAINS = True
