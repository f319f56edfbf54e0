"""The demo `mlops demo energy`: hours of eight sites, day by day, until each draws much more than before."""
