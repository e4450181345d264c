"""Other hands: an agent and a client as Ably's guide describes them, which know nothing of `tui`."""
