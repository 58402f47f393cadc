"""`python -m unjpeg` is `unjpeg`."""

import sys

from unjpeg.cli import main

if __name__ == "__main__":
    sys.exit(main())
