"""The model card of a version, which the last gate writes from the records of the training and the gates."""
