"""`python3 -m tui`: sets up what is missing, then runs the command line."""

import sys

from tui.bootstrap import prepare

if __name__ == "__main__":
    prepare("tui")
    from tui.cli.main import main

    sys.exit(main())
