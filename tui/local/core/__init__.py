"""Ably's realtime protocol as a pure core: a frame and the time go in, effects come out.

No socket, no event loop, no clock and no randomness of its own. The store is handed in; `tui.local.store`
is the one that lasts.
"""
