"""Credit for the streaming story: not in the wheel that `mlops up` deploys."""
