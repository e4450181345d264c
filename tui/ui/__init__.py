"""The screen: app, wall, panes, prompt box, status line. The only importer of textual."""
