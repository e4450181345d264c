"""The demo model: speaks Anthropic's Messages API on loopback, so that the unmodified SDK has someone to ask.

`web` is the HTTP side; everything else is pure: `names` (what a model's name asks for), `requests` (what the
API accepts), `topics`, `forms` and `answers` (what to say), `replies` (one whole answer), `events` (its
bytes) and `pace` (when each is due). It is a template and says so in every answer; it imports nothing else
of ours.
"""
