"""Demonstrations where they cannot be had live: one sentence, and what the cell showed when the lesson was made.

A lesson's cell just says ``with Network() as net:``. When the lesson is built, what such cells show is stored beside
it (stored). In a notebook whose kernel cannot make a network the same cell shows that, and the notebook goes on
(stand_in).
"""

from sockets_lab.demonstrations.stand_in import is_stand_in, stand_in_where_missing
from sockets_lab.demonstrations.stored import FOLDER, pictures_of, text_of

__all__ = ["FOLDER", "is_stand_in", "pictures_of", "stand_in_where_missing", "text_of"]
