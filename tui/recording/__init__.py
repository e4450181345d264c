"""Recordings of a channel: messages as JSON lines with their timing, and the player that gives them again.

Pure: no files, no sockets, no clock. Leaves opening files to the command line, and what messages mean to
`tui.wire` and `tui.state`.
"""
