"""Shows one value whose text is larger than all that it may say.

Ends: output_bytes
"""

"x" * (100 << 20)
