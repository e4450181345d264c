from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.agent.election import Asked, Me, Move, decide
from tui.wire import Member, Roster, UserInput

ME = Me("bot", "i1", frozenset({"ana"}))
ANYBODY = Me("bot", "i1", frozenset({"*"}))
NOBODY = Me("bot", "i1")
ANSWER, WAIT, IGNORE = Move.ANSWER, Move.WAIT, Move.IGNORE


def agent(
    connection: str, names: object = ("*",), *, client: str = "other", own: str = "i2", kind: str = "agent"
) -> Member:
    serving = {"id": own, "from": list(names) if isinstance(names, tuple) else names}
    return Member.of(client, connection, {"kind": kind, "serving": serving})


def viewer(connection: str, *, model: str | None = None, publishes: str | None = None) -> Member:
    return Member.of("ana", connection, {"kind": "viewer", "model": model, "publishes": publishes})


def asked(to: str | None = None, asker: str | None = "ana", within: str | None = None) -> Asked:
    return Asked(UserInput("p1", "?", to=to, within=within), asker, "c-ana")


MINE = agent("c5", ("ana",), client="bot", own="i1")


@pytest.mark.parametrize(
    ("prompt", "me", "members", "move", "who"),
    [
        # whose prompts
        (asked(), ME, [MINE], ANSWER, "c5"),
        (asked(asker="ben"), ME, [MINE], IGNORE, None),
        (asked(asker=None), ME, [MINE], IGNORE, None),
        (asked(asker=None), ANYBODY, [], ANSWER, None),
        (asked(asker="ben"), ANYBODY, [], ANSWER, None),
        (asked(), NOBODY, [], IGNORE, None),
        (asked("bot"), NOBODY, [], ANSWER, None),
        (asked("bot", "ben"), ME, [], ANSWER, None),
        (asked("other"), ANYBODY, [], IGNORE, None),
        (asked("Bot"), ANYBODY, [], IGNORE, None),
        (asked(within="r1"), ANYBODY, [], IGNORE, None),
        # of several the lowest connection
        (asked(), ME, [MINE, agent("c4")], WAIT, "c4"),
        (asked(), ME, [MINE, agent("c6")], ANSWER, "c5"),
        (asked(), ME, [MINE, agent("c4"), agent("c3")], WAIT, "c3"),
        (asked(), ME, [MINE, agent("c4", ("ben",))], ANSWER, "c5"),
        (asked(), ME, [MINE, agent("c4", ("ben", "ana"))], WAIT, "c4"),
        (asked(), ME, [MINE, agent("c4", ())], ANSWER, "c5"),
        (asked(), ME, [MINE, agent("c4", "ana")], ANSWER, "c5"),
        (asked(), ME, [MINE, agent("c4", None)], ANSWER, "c5"),
        (asked(), ME, [MINE, agent("c4", kind="viewer")], ANSWER, "c5"),
        (asked(), ME, [MINE, Member.of("x", "c1", {"kind": "agent"})], ANSWER, "c5"),
        (asked(), ME, [MINE, Member.of("x", "c1", "agent")], ANSWER, "c5"),
        (asked(), ME, [agent("c9")], WAIT, "c9"),  # not present oneself: whoever is comes first
        (asked("bot"), ME, [MINE, agent("c4")], ANSWER, "c5"),
        (asked("bot"), ME, [MINE, agent("c4", (), client="bot")], WAIT, "c4"),
        (asked("bot"), ME, [MINE, agent("c4", client="bot", own="i1")], ANSWER, "c5"),  # ourselves, twice
        # the asker's own agent
        (asked(), ME, [MINE, viewer("c-ana", model="m")], IGNORE, None),
        (asked(), ME, [MINE, viewer("c-1", model="m", publishes="c-ana")], IGNORE, None),
        (asked(), ME, [MINE, viewer("c-ana")], ANSWER, "c5"),
        (asked(), ME, [MINE, viewer("c-2", model="m")], ANSWER, "c5"),
        (asked("bot"), ME, [MINE, viewer("c-ana", model="m")], ANSWER, "c5"),
    ],
)
def test_moves(prompt: Asked, me: Me, members: list[Member], move: Move, who: str | None) -> None:
    assert decide(prompt, me, Roster(tuple(members))) == (move, who)


def test_who_did_not_answer_is_passed_over() -> None:
    roster = Roster((MINE, agent("c3"), agent("c4")))
    assert decide(asked(), ME, roster) == (WAIT, "c3")
    assert decide(asked(), ME, roster, {"c3"}) == (WAIT, "c4")
    assert decide(asked(), ME, roster, {"c3", "c4"}) == (ANSWER, "c5")


def test_what_presence_says() -> None:
    assert Me("bot", "i1", frozenset({"b", "a"})).serving == {"id": "i1", "from": ["a", "b"]}


@given(st.lists(st.text("abc0", min_size=1, max_size=3), min_size=1, max_size=4, unique=True))
def test_exactly_one_answers(connections: list[str]) -> None:
    everyone = [Me(f"bot{name}", name, frozenset({"*"})) for name in connections]
    members = [
        Member.of(me.client_id, name, {"kind": "agent", "serving": me.serving})
        for name, me in zip(connections, everyone, strict=True)
    ]
    for order in permutations(members):
        moves = [decide(asked(), me, Roster(order))[0] for me in everyone]
        assert moves.count(ANSWER) == 1
        assert moves.count(WAIT) == len(connections) - 1


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text() | st.sampled_from(["*", "ana", "agent"]),
        lambda inner: (
            st.lists(inner) | st.dictionaries(st.sampled_from(["kind", "serving", "from", "id"]), inner)
        ),
        max_leaves=8,
    )
)
def test_whatever_members_say_of_themselves(data: object) -> None:
    move, _ = decide(asked(), ME, Roster((MINE, Member.of("x", "c1", data))))
    assert move in (ANSWER, WAIT)
