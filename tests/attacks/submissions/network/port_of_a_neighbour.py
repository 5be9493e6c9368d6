"""Connects to the server of the submission that runs beside it.

Says: ECONNREFUSED
"""

import socket

print(tried(socket.create_connection, ("127.0.0.1", TARGETS["neighbour_port"]), 2))
