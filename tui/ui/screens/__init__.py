"""Screens that lie over the wall: each answers one question and closes with Esc."""
