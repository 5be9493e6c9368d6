"""The ladder: your line of code, the kernel's state and the packet, side by side, time downwards.

``recording`` writes down what happens while a block runs (``calls``: the socket calls of this process). ``building``
makes the ladder (``model``) of it: which lifelines there are (``ends``), what each packet is and what became of it
(``arrows``, ``words``), which state each end is in (``states``), and which rows are folded (``folding``). ``text`` and
``svg`` show it; ``sockets_lab.widgets.ladder`` shows it live. ``steps`` makes a small one of plain data, for a report.
"""
