# misconception: changes_callers_socket
# draws: SO_LINGER changes what the caller's close() will do
import socket
import struct


def send_all(sock, data):
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 5))
    while data:
        data = data[sock.send(data):]
