"""`python -m tools.shop`: the command line."""

from tools.shop.cli import main

main()
