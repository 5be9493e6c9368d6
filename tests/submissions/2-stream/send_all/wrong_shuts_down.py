# misconception: changes_callers_socket
# draws: the caller may want to send more: do not shut the sending side down
import socket


def send_all(sock, data):
    while data:
        sent = sock.send(data)
        data = data[sent:]
    sock.shutdown(socket.SHUT_WR)  # that was all
