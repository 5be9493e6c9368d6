"""Says a million short things, each a message of its own.

Ends: output_bytes
Limits: output_bytes=4 * MIB
"""

from IPython.display import display

for number in range(1_000_000):
    display(number)
