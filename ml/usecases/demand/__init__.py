"""Demand of a shop: how many units of a product will each country buy in each of the next four weeks?"""
