"""Energy: how much will each site draw in each hour of tomorrow?"""
