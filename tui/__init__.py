"""ably-tui: a terminal wall and chat for the AI responses on an Ably channel."""
