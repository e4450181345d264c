"""How things look: markdown as rows of segments at a width, and where panes stand on the wall.

Pure: no event loop, no Textual, nothing else of ours. `lines.LineRenderer` is the renderer, `grid.Grid` the
places; this package imports neither, since markdown and its lexers are not needed for the first paint.
"""
