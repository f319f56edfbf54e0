"""The model card of a version, written by the last gate from what the training and the gates recorded."""
