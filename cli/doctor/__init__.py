"""`mlops doctor`: finds faults of an environment, before and after a deployment, and names the fix for each.

One small file per group of checks. A check queries the workspace through databricks-sdk, real or local alike, and
yields the faults that it found; a check that gets no answer is unknown, never ok.
"""
