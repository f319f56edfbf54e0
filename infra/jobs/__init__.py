"""The jobs, one file each, with their tasks and the code that each task runs."""
