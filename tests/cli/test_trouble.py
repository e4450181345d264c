from __future__ import annotations

from tui.cli.trouble import Trouble, in_vain
from tui.wire import ChannelChange, ConnectionChange, Gap, Notice, Reason, Roster, Severity


def test_a_line_for_each_change_and_none_when_all_is_well() -> None:
    trouble, why = Trouble(), Reason("refused", 80000)
    assert trouble.hear(ConnectionChange("connecting", 0)) is None
    assert trouble.hear(ConnectionChange("connected", 0)) is None
    assert (
        trouble.hear(ConnectionChange("disconnected", 0, why)) == "connection disconnected: refused (80000)"
    )
    assert trouble.hear(ConnectionChange("disconnected", 0, why)) is None
    assert trouble.hear(ConnectionChange("connected", 0)) == "connection is back"
    assert trouble.failed is None


def test_what_fails_for_good() -> None:
    trouble = Trouble()
    assert trouble.hear(ConnectionChange("failed", 0, Reason("no\x1b[2Jkey"))) == "connection failed: nokey"
    assert trouble.failed is not None


def test_a_channel_that_may_not_be_read() -> None:
    trouble = Trouble()
    assert trouble.hear(ChannelChange("attached", 0)) is None
    said = trouble.hear(ChannelChange("attached", 0, reason=Reason("may not subscribe", 40160)))
    assert said == "channel failed: may not subscribe (40160)"
    assert trouble.hear(ConnectionChange("connected", 0)) is None
    assert trouble.failed is not None
    assert trouble.hear(ChannelChange("attached", 0)) == "channel is back"


def test_who_gives_up_is_not_told_that_it_is_tried_again() -> None:
    assert in_vain(Reason("refused", 80000, "look; it is tried again")) == "refused (80000); look"
    assert in_vain(Reason("no answer", 0, "it is tried again")) == "no answer"


def test_notices_and_gaps() -> None:
    trouble = Trouble()
    assert trouble.hear(Notice("look", Severity.INFORMATION)) is None
    assert trouble.hear(Notice("look\nhere")) == "look here"
    assert trouble.hear(Gap(0, 1, Reason("too long ago"))) == "messages were missed: too long ago"
    assert trouble.hear(Roster(())) is None
