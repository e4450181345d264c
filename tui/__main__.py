"""`python3 -m tui`: sets up what is missing, then runs the command line."""

import sys

from tui.entry import main, quietly

if __name__ == "__main__":
    with quietly():
        from tui.bootstrap import prepare
    prepare("tui")
    sys.exit(main())
