"""Streams: what a stage has read of its source, so that the next run reads on from there and repeats nothing."""
