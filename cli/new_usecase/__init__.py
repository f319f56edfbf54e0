"""The parts of `mlops new-usecase`: the request, the starting point of each problem, and the files to write."""
