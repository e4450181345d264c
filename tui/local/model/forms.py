"""The forms that the demo's answers can take, each a template for markdown around a prompt's topic."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from random import Random

from tui.local.model import snippets
from tui.local.model.topics import Ask


def closing(rng: Random, ask: Ask) -> str:
    """Return an answer's last paragraph."""
    return rng.choice(
        [
            f"Shall I go deeper into **{ask.topic}**?",
            f"That is {ask.topic} in a nutshell — ask for `code`, a `table` or a *haiku* for another view.",
            f"If you want {ask.topic} from the other side, send it again: each answer differs. 🙂",
            f"More on {ask.topic}: [Ably's docs](https://ably.com/docs) know nothing of it, but stream well.",
        ]
    )


def _opening(rng: Random, ask: Ask) -> str:
    return rng.choice(
        [
            f"There is less to **{ask.topic}** than people fear, and more than they hope.",
            f"Let us take **{ask.topic}** apart, *slowly*, and put it together again.",
            f"Ask ten people about **{ask.topic}** and you get eleven answers. Here is the twelfth.",
            f"The short version of **{ask.topic}**: it depends. The longer version follows.",
            f"Nobody agrees on **{ask.topic}**, which makes it a good subject for a demo.",
            f"First the plain facts about **{ask.topic}**, then the interesting ones.",
        ]
    )


def _explain(rng: Random, ask: Ask) -> str:
    steps = rng.sample(
        [
            f"**Where it starts.** Something small changes, and {ask.topic} is how we notice.",
            "**What holds it together.** Two forces pull in opposite directions; neither wins for long.",
            f"**Where it breaks.** Push {ask.topic} past `{rng.randint(60, 99)} %` and it is something else.",
            "**Who pays.** Every gain has a cost somewhere else, usually in *attention*.",
            f"**What stays.** Take everything away that is not {ask.topic}, and look at what is left.",
            "**How it scales.** Ten of them are a list, a thousand are a *distribution*.",
        ],
        4,
    )
    numbered = "\n".join(f"{number}. {step}" for number, step in enumerate(steps, 1))
    kind = rng.choice(list(snippets.DATA))
    return (
        f"## {_title(ask)}, explained\n\n{_opening(rng, ask)}\n\n{numbered}\n\n"
        f"> Rule of thumb: if {ask.topic} looks simple, you are looking at one half of it.\n\n"
        f"Written down, it is this much:\n\n{_fence(kind, snippets.DATA[kind], ask)}\n\n"
        f"{_terms(rng, ask)}"
    )


def _terms(rng: Random, ask: Ask) -> str:
    terms = rng.sample(
        [
            f"- **cause** — what had to be true before {ask.topic}",
            "- **effect** — what you can measure, ~~guess~~ and repeat",
            "- **limit** — where a bigger number stops helping",
            "- **side effect** — what nobody ordered",
        ],
        3,
    )
    return "Three words to keep:\n\n" + "\n".join(terms)


def _table(rng: Random, ask: Ask) -> str:
    subjects = ask.subjects or (ask.topic, rng.choice(["the usual way", "doing nothing", "the new thing"]))
    head = ["", *subjects]
    rows = [
        ["first result", *(f"{rng.uniform(0.1, 3):.2f} s" for _ in subjects)],
        ["cost", *(f"{rng.randint(1, 90)} €" for _ in subjects)],
        ["learning it", *(rng.choice(["an hour", "a day", "a week", "for ever"]) for _ in subjects)],
        ["mood", *(rng.choice(["😀", "🙂", "😐", "🤔", "🚀"]) for _ in subjects)],
        ["in Japanese", *(rng.choice(["速い", "遅い", "安い", "高い", "簡単"]) for _ in subjects)],
    ]
    rng.shuffle(rows)
    table = _rows([head, ["---", *("---:" for _ in subjects)], *rows])
    best = rng.choice(subjects)
    others = [subject for subject in subjects if subject != best]
    return (
        f"## Side by side\n\n{_opening(rng, ask)}\n\n{table}\n\n"
        f"The numbers are made up; the columns are real.\n\n### Verdict\n\n"
        f"Take **{best}** when\n\n"
        f"- you need an answer today, and\n- nobody has to maintain it:\n"
        f"  - no servers,\n  - no on-call, and\n  - no `cron` job left behind.\n\n"
        f"Otherwise {' or '.join(f'*{other}*' for other in others)} will do. Before you decide:\n\n"
        f"- [x] compare {len(subjects)} candidates\n- [ ] measure {best} yourself\n"
        "- [ ] ask who has to live with it"
    )


def _code(rng: Random, ask: Ask) -> str:
    language = ask.language or rng.choice(["python", "javascript", "rust", "typescript"])
    other = rng.choice([name for name in ("bash", "sql", "go") if name != language])
    kind = rng.choice(["json", "yaml", "toml"])
    return (
        f"## {_title(ask)} in {snippets.TITLES[language]}\n\n{_opening(rng, ask)}\n\n"
        f"{_fence(language, snippets.CODE[language], ask)}\n\n"
        f"Call it as `{_name(ask)}(…)`. What to know:\n\n"
        f"1. It reads **once**, front to back.\n2. It stops after {rng.randint(5, 50)} hits.\n"
        f"3. It never raises on bad input.\n\n"
        f"The same idea elsewhere:\n\n{_fence(other, snippets.CODE[other], ask)}\n\n"
        f"And its settings:\n\n{_fence(kind, snippets.DATA[kind], ask)}"
    )


def _poem(rng: Random, ask: Ask) -> str:
    verses = rng.sample(
        [
            f"*{ask.topic} at dawn,*  \n*a cursor blinks in the dark —*  \n*one more line to go.*",
            f"*Slow rain on the roof;*  \n*all night I thought of {ask.topic},*  \n*and then of nothing.*",
            f"*Old pond, new server:*  \n*{ask.topic} jumps in — the sound*  \n*of packets landing.*",
            f"*Token by token*  \n*{ask.topic} falls like first snow;*  \n*the screen turns white.*",
            f"*Who asked for {ask.topic}?*  \n*The moon looks in the window*  \n*and does not answer.*",
        ],
        3,
    )
    japanese = rng.choice(
        ["古池や 蛙飛びこむ 水の音", "夏草や 兵どもが 夢の跡", "閑さや 岩にしみ入る 蝉の声"]
    )
    return (
        f"## {_title(ask)} — three small poems\n\n"
        + "\n\n---\n\n".join(verses)
        + f"\n\nAnd one by a better poet (松尾芭蕉, Matsuo Bashō):\n\n> {japanese}\n\n"
        f"Syllables, as a machine counts: {rng.randint(4, 6)}, {rng.randint(6, 8)}, {rng.randint(4, 6)}. 🍃"
    )


def _joke(rng: Random, ask: Ask) -> str:
    jokes = rng.sample(
        [
            f"Why did **{ask.topic}** cross the road?\n\n    To get to the other sidebar.",
            f"A byte, a token and *{ask.topic}* walk into a bar. The bartender says: “A stream?”",
            f"How many people does it take to understand {ask.topic}? ~~One~~ Nobody came back to say.",
            f"I told my terminal about {ask.topic}. It gave me a blank stare, 80 columns wide.",
            f"There are two hard things about {ask.topic}: naming, timing, and counting the things.",
            f"Knock, knock. — Who's there? — *(long silence)* — {_title(ask)}, over a slow link.",
        ],
        4,
    )
    rows = [["joke", "laughs", "groans"], ["---", "---:", "---:"]]
    rows += [[f"no. {number}", str(rng.randint(0, 9)), str(rng.randint(10, 99))] for number in (1, 2, 3, 4)]
    return (
        f"## Four jokes about {ask.topic}\n\n"
        + "\n\n".join(f"{'😀😂🙃🥁'[index]} {joke}" for index, joke in enumerate(jokes))
        + f"\n\n{_rows(rows)}\n\n> The first rule of jokes: never explain them. The second: keep a table."
    )


def _list(rng: Random, ask: Ask) -> str:
    tasks = rng.sample(
        [
            f"write down what {ask.topic} means to you",
            "throw half of it away",
            "show the rest to someone *honest*",
            f"set a date (in {rng.randint(2, 12)} days, say)",
            "do the smallest part **first**",
            "come back with fresh eyes",
        ],
        5,
    )
    boxes = "\n".join(f"- [{'x' if index < 2 else ' '}] {task}" for index, task in enumerate(tasks))
    return (
        f"## {_title(ask)}: a plan\n\n{_opening(rng, ask)}\n\n{boxes}\n\n### In more detail\n\n"
        f"1. **Prepare**\n   - collect what there is on {ask.topic}\n     - notes, links, photos\n"
        f"     - and one good question\n   - clear the table\n"
        f"2. **Begin**\n   - {rng.choice(['ten minutes', 'one page', 'one small test'])}, no more\n"
        f"   - stop while it is fun\n3. **Finish**\n   - read it aloud\n   - call it done ✅\n\n"
        f"> Plans are nothing; planning is everything. This one takes about {rng.randint(3, 90)} minutes."
    )


def _story(rng: Random, ask: Ask) -> str:
    name = rng.choice(["Ada", "Grace", "Ken", "Barbara", "Linus", "美咲"])
    place = rng.choice(["a lighthouse", "the night train to Lisbon", "a kitchen in Kraków", "a server room"])
    return (
        f"## {name} and {ask.topic}\n\n"
        f"Once, in {place}, {name} found a note. It said only: “**{ask.topic}**”.\n\n"
        f"“That is not much,” said {name}, and read it again. {_opening(rng, ask)}\n\n"
        f"So {name} went from door to door:\n\n"
        f"- the baker knew {ask.topic} *by its smell*,\n- the clockmaker *by its sound*, and\n"
        f"- the child on the stairs, who had invented it, would not say.\n\n---\n\n"
        f"It was past {rng.randint(1, 11)} o'clock when the answer came, one word at a time, as answers do. "
        f"{name} wrote it on the back of the note:\n\n"
        f"> *Whoever looks for {ask.topic} has found it already, and who has found it goes on looking.*\n\n"
        f"The note is still there. Somebody has added a line below, in another hand: `to be continued` 📝"
    )


def _languages(rng: Random, ask: Ask) -> str:
    rows = [
        ["Chinese", "你好，世界"],
        ["Japanese", "こんにちは世界"],
        ["Korean", "안녕하세요 세계"],
        ["Greek", "Γειά σου Κόσμε"],
        ["Ukrainian", "Привіт, світе"],
        ["Vietnamese", "Xin chào thế giới"],
        ["Hindi", "नमस्ते दुनिया"],
        ["Polish", "Cześć, świecie"],
        ["Emoji", "👋🌍 👩‍🚀 🇯🇵"],
    ]
    chosen = rng.sample(rows, 6)
    return (
        f"## {_title(ask)}, around the world\n\n{_opening(rng, ask)}\n\n"
        f"{_rows([['language', 'greeting'], ['---', '---'], *chosen])}\n\n"
        f"A word for *{ask.topic}* is harder. Three that need no translation:\n\n"
        f"- **木漏れ日** (*komorebi*): light through leaves\n- **hygge**: a warm room, and time\n"
        f"- **saudade**: missing what may never have been\n\n"
        f"Wide, narrow and combined characters stand in one line: 表 | a | é | e\u0301 | 🎉 | ｗ."
    )


def _showcase(rng: Random, ask: Ask) -> str:
    kind = rng.choice(list(snippets.DATA))
    return (
        f"# What a pane can draw\n\n{_opening(rng, ask)} Text can be **bold**, *emphasised*, ~~struck~~, "
        f"`code`, or [a link](https://ably.com/docs).\n\n"
        "## Lists\n\n- one\n  - one and a half\n    1. first\n    2. second\n"
        f"- [x] a done task\n- [ ] an open one\n\n"
        f"## A table\n\n{_rows([['thing', 'cells', 'note'], ['---', '---:', ':---:']])}\n"
        f"| {ask.topic} | {rng.randint(2, 40)} | ok |\n| 漢字 | 4 | wide |\n| 🎉 | 2 | party |\n\n"
        f"## Code\n\n{_fence('python', snippets.CODE['python'], ask)}\n\n"
        f"{_fence(kind, snippets.DATA[kind], ask)}\n\n> A quote,\n>\n> > and a quote in a quote.\n\n---"
    )


WRITERS: dict[str, Callable[[Random, Ask], str]] = {
    "showcase": _showcase,
    "table": _table,
    "code": _code,
    "poem": _poem,
    "joke": _joke,
    "languages": _languages,
    "list": _list,
    "story": _story,
    "explain": _explain,
}
"""Writes the body of an answer, by the form (`topics.FORMS`)."""


def _rows(rows: Sequence[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _title(ask: Ask) -> str:
    # Not capitalize(), which makes Tcp of TCP.
    return ask.topic[:1].upper() + ask.topic[1:]


def _name(ask: Ask) -> str:
    """Return the topic as a name that every language of `snippets` allows."""
    words = re.sub(r"[^a-z0-9]+", "_", ask.topic.lower()).strip("_")
    return words if words[:1].isalpha() else f"find_{words}".rstrip("_")


def _fence(language: str, template: str, ask: Ask) -> str:
    code = template.format(name=_name(ask), text=ask.topic.lower().replace("'", "’"))
    return f"```{language}\n{code}```"
