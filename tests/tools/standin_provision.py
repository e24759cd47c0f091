"""The task that finds out what the stand-ins wait for."""

import sys

from tests.tools.standin_shop import provisioned

if __name__ == "__main__":
    provisioned(sys.argv[1])
