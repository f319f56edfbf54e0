"""The parts of `mlops demo`: the arriving data, the summary, and the checks at the end."""
