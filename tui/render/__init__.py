"""Text to rows of styled segments at a width, at the cost of the new text; and the grid that places panes.

Pure: rich, markdown-it and pygments, no event loop and no textual.
"""
