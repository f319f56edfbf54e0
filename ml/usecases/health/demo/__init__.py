"""What `mlops demo health` tells: the patients of a small study, who come to a clinic day by day."""
