"""`python3 -m tests`: sets up what is missing, then runs the tests with pytest's arguments."""

import signal
import sys

from tui.bootstrap import explained, prepare
from tui.steps import become

if __name__ == "__main__":
    prepare("tests", ("dev",))
    from tests.guide.node import set_up
    from tests.options import with_workers

    with explained():
        set_up()
    # Where it is ignored, as in the background of a shell, the programs under test would ignore it too.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    become([sys.executable, "-m", "pytest", *with_workers(sys.argv[1:])])
