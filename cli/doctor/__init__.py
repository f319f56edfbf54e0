"""`mlops doctor`: what is wrong with an environment, before and after a deployment, and what to do about it.

One small file per group of checks. A check asks the workspace through databricks-sdk, real or local alike, and yields
what it found wrong; what cannot be asked is unknown, never ok.
"""
