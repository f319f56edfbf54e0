"""What is checked before a change goes live: policy scan, plan review and access review. Reads JSON only."""
