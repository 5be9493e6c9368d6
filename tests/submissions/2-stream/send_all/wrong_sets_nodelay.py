# misconception: changes_callers_socket
# draws: leave the options of the caller's socket alone: TCP_NODELAY was not asked for
import socket


def send_all(sock, data):
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    while data:
        sent = sock.send(data)
        data = data[sent:]
