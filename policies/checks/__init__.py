"""The checks of this platform, one rule per file. `checkov -d DIR --external-checks-dir policies/checks` runs them too.

checkov loads every file of a folder that has an `__init__.py`, each separately. The sub-folders intentionally have
none: checkov loads `checkov_pack.py`, which reads the rest as one package, wherever the folder is.
"""
