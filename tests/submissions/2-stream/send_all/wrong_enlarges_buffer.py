# misconception: changes_callers_socket
# draws: leave the options of the caller's socket alone; a loop needs no bigger buffer
import socket


def send_all(sock, data):
    # make room, so that one send is enough
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, len(data) + 1)
    while data:
        sent = sock.send(data)
        data = data[sent:]
