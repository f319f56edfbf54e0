"""What `mlops demo energy` tells: hours of eight sites, day after day, until each draws much more than before."""
