"""Measurements of the running shop, as ratios within one run where they can be: `python -m bench NAME…` or `all`.

Each module answers one question with its `main()`. Nothing here is a test: a slow machine fails nothing.
"""
