"""Everything a person can do to a document, as pure functions Preset -> Preset. `Workspace.do` makes them undoable."""
