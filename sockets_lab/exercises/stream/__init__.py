"""The Stream unit: one module for each stage."""

from sockets_lab.exercises.stream.binding import BIND_SERVER
from sockets_lab.exercises.stream.connection import CONNECT_ANY
from sockets_lab.exercises.stream.creation import MAKE_STREAM
from sockets_lab.exercises.stream.listening import ACCEPT_N
from sockets_lab.exercises.stream.termination import EXCHANGE
from sockets_lab.exercises.stream.transfer import RECV_FRAME, SEND_ALL

STREAM = (MAKE_STREAM, BIND_SERVER, ACCEPT_N, CONNECT_ANY, SEND_ALL, RECV_FRAME, EXCHANGE)
