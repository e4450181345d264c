from __future__ import annotations

from tui.state.people import Publisher
from tui.state.records import Record
from tui.state.response import Response
from tui.state.strands import THEIRS, Strands
from tui.wire import Said, Text, ToolCall, ToolResult, Whole

ANA, BEN = Publisher("ana", "c1"), Publisher("ben", "c2")


def record(number: int, said: Said, publisher: Publisher = ANA) -> Record:
    return Record(f"{number:04}", said, publisher, None, number, number)


def put(strands: Strands, new: Record) -> str:
    key = strands.key(new)
    strands.remember(new, key)
    strands.insert(new, key)
    return key


def test_a_whole_text_without_id_is_of_what_its_publisher_had_said_last_by_then() -> None:
    strands = Strands(())
    for number, name in ((1, "a"), (3, "b"), (9, "c")):
        strands.strand(name).accept(record(number, Text(name, "x")))
        strands.began(Response(name, ANA, strand=name))
    strands.began(Response("gone", ANA, strand="gone"))
    assert strands.key(record(5, Whole(None, "all"))) == "b"
    assert strands.key(record(0, Whole(None, "all"))) == "~ana"
    assert strands.key(record(5, Whole(None, "all"), BEN)) == "~ben"
    assert strands.key(record(5, Whole("z", "all"))) == "z"


def test_only_so_many_of_a_publishers_responses_are_looked_through() -> None:
    strands = Strands(())
    for number in range(THEIRS + 1):
        strands.strand(f"r{number}").accept(record(number, Text(f"r{number}", "x")))
        strands.began(Response(f"r{number}", ANA, strand=f"r{number}"))
    assert strands.key(record(1, Whole(None, "all"))) == "~ana"


def test_what_named_only_a_call_moves_to_the_response_that_the_call_names() -> None:
    strands = Strands(())
    loose = record(2, ToolResult(None, "t", "ok"))
    assert put(strands, loose) == "!t"
    call = record(1, ToolCall("r", "t", "f"))
    assert put(strands, call) == "r"
    assert strands.all["r"].find(loose.serial) is loose
    assert strands.all["!t"].empty
    assert set(strands.disordered) == {"!t", "r"}
    strands.expel(call, "r")
    assert strands.all["!t"].find(loose.serial) is loose
    assert strands.all["r"].empty
