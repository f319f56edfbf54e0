"""Records: the tables that the stages themselves keep, and what several of them read there."""
