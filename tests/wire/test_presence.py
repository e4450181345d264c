from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tui.wire import MAX_ID, Member, clean_line


def test_what_a_member_says_is_cleaned_and_kept() -> None:
    said = Member.of("a\x1b[31mna", "c1", {"kind": "agent\n", "model": 5, "status": "x" * 500, "name": ""})
    assert (said.client_id, said.kind, said.model, said.name) == ("ana", "agent", None, None)
    assert said.status is not None
    assert len(said.status) <= 80
    assert Member.of("a", "c", "thinking").status == "thinking"
    assert Member.of("a", "c", 7).status is None
    assert Member.of("a", "c", {"publishes": "p"}).connections == ("c", "p")


@given(
    st.text(),
    st.none() | st.text() | st.integers() | st.dictionaries(st.text(), st.text() | st.none() | st.integers()),
)
def test_whatever_somebody_says_of_themselves_is_short_and_clean(client_id: str, data: object) -> None:
    member = Member.of(client_id, client_id, data)
    for word in (member.client_id, member.kind, member.name, member.model, member.status, member.publishes):
        assert word is None or word == clean_line(word, MAX_ID)
    assert hash(member) is not None
