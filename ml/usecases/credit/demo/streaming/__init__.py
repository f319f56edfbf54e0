"""Credit as the story of streaming declares and tells it: not in the wheel that `mlops up` deploys."""
