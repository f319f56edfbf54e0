"""The checks of this platform, one rule per file. `checkov -d DIR --external-checks-dir policies/checks` runs them too.

checkov loads every file of a folder that has an `__init__.py`, each on its own. The sub-folders have none on purpose:
`checkov_pack.py` is what it loads, and that reads the rest as one package, wherever the folder lies.
"""
