"""Code for the demo's answers: a small function in each language, with slots for a name and a text."""

from __future__ import annotations

CODE = {
    "python": '''\
from collections.abc import Iterator


def {name}(lines: Iterator[str], width: int = 40) -> list[str]:
    """Collect what says “{text}”, shortened to `width`."""
    found = []
    for number, line in enumerate(lines, start=1):
        if "{text}" in line.lower():
            found.append(f"{{number:>4}} {{line[:width]}}")
    return found
''',
    "javascript": """\
// {text}
export async function* {name}(source, limit = 10) {{
  let count = 0;
  for await (const item of source) {{
    if (!item.name.includes('{text}')) continue;
    yield {{ ...item, seen: new Date() }};
    if (++count === limit) return;
  }}
}}
""",
    "typescript": """\
type Seen = {{ name: string; at: number }};

export const {name} = (items: Seen[], since = 0): Map<string, number> =>
  items
    .filter(({{ name, at }}) => name === '{text}' && at > since)
    .reduce((seen, {{ name }}) => seen.set(name, (seen.get(name) ?? 0) + 1), new Map());
""",
    "rust": """\
/// Counts the lines that mention "{text}".
pub fn {name}<'a>(lines: impl Iterator<Item = &'a str>) -> Option<usize> {{
    let count = lines.filter(|line| line.contains("{text}")).count();
    match count {{
        0 => None,
        n => Some(n),
    }}
}}
""",
    "go": """\
// {name} reports how often "{text}" was seen.
func {name}(lines <-chan string) (n int) {{
	for line := range lines {{
		if strings.Contains(line, "{text}") {{
			n++
		}}
	}}
	return n
}}
""",
    "sql": """\
-- {text}, one row a day
WITH {name} AS (
    SELECT date(seen_at) AS day, count(*) AS n
    FROM events
    WHERE topic = '{text}'
    GROUP BY 1
)
SELECT day, n, sum(n) OVER (ORDER BY day) AS so_far
FROM {name}
ORDER BY day DESC LIMIT 7;
""",
    "bash": """\
#!/usr/bin/env bash
set -euo pipefail

{name}() {{
  # every line about “{text}”, with its number
  grep --line-number --ignore-case -- "{text}" "${{1:-/dev/stdin}}" | head -n "${{2:-10}}"
}}

{name} "$@"
""",
}
"""Templates for `str.format(name=…, text=…)`, by the name of their language."""

TITLES = {
    "python": "Python",
    "javascript": "JavaScript",
    "typescript": "TypeScript",
    "rust": "Rust",
    "go": "Go",
    "sql": "SQL",
    "bash": "Bash",
}
"""How the languages of `CODE` write their names."""

DATA = {
    "json": '{{"topic": "{text}", "kind": "demo", "parts": [1, 2, 3], "done": false}}\n',
    "yaml": "topic: {text}\nkind: demo\nparts:\n  - one\n  - two\n",
    "toml": '[answer]\ntopic = "{text}"\nkind = "demo"\nparts = [1, 2, 3]\n',
    "diff": "-{text}: unclear\n+{text}: a little clearer\n",
}
"""Data in the same form."""
