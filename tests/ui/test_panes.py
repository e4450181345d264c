from tests.messages import EPOCH
from tests.ui.screen import Script, screen
from tui.wire import Start, Stop, Text


async def test_the_past_stands_in_its_own_order_though_its_newest_page_comes_first() -> None:
    script = Script(clock=EPOCH + 1_000_000)
    pages = [
        [script.channel.publish(said) for n in page for said in (Start(n), Text(n, "said"), Stop(n))]
        for page in ("edc", "ba", "hgf")
    ]
    async with screen((100, 30), script=script) as it:
        for page in reversed(pages):
            it.script.tell(*page)
            await it.until(lambda: not it.script.values)
        await it.until(lambda: len(it.app.conversation.responses) == 8)
        await it.until(lambda: bool(it.keys) and it.keys == list("edcbahgf")[-len(it.keys) :])
        assert it.app._wall.arrangement.folded[-1] == "e"


async def test_who_was_folded_as_silent_and_goes_on_is_seen_again() -> None:
    async with screen((100, 24)) as it:
        it.script.say(Start("slow"), Text("slow", "begun"))
        await it.sees("begun")
        it.script.clock += 20_000
        await it.sees("STALLED")
        for n in range(6):
            it.script.say(Start(f"r{n}"), Text(f"r{n}", "said"), Stop(f"r{n}"))
        await it.until(lambda: "slow" in it.app._wall.arrangement.folded)
        it.script.channel.count += 300  # what is said next is said now
        it.script.say(Text("slow", " and goes on"))
        await it.sees("LIVE", "begun and goes on")
        assert "slow" in it.app._wall.cells
