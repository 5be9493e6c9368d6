"""Hides its output in the metadata of a display.

Ends: output_bytes
"""

from IPython.display import display

display({"text/plain": "x"}, raw=True, metadata={"text/plain": {"hidden": "x" * (64 << 20)}})
