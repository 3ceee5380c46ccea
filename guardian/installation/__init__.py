"""Puts Guardian onto a machine, or into the tree of one that is not running yet, and takes it off again.

`plan` says as data what belongs there, `steps` what each part is and how it is made and undone, `perform` walks through
them; `archive` keeps what an upgrade could spoil. docs/install.md is the household's side of it.
"""
