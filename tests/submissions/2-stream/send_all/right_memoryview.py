import socket


def send_all(sock: socket.socket, data: bytes) -> None:
    with memoryview(data) as view:
        done = 0
        while done < len(view):
            done += sock.send(view[done:])
