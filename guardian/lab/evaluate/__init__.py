"""`guardian evaluate`: events against annotations. Events are counted, never frames.

manifest (and omnifall) say what happened, work lets the pipeline watch, scoring compares the two, summary counts with
intervals, evaluation is all of that in one call; comparison sets two runs side by side, document is what is kept of
one, table and report show it, gate says whether it was good enough.
"""
