# misconception: changes_callers_socket
# draws: the socket is the caller's and more may follow: do not close it
def send_all(sock, data):
    with sock:
        while data:
            sent = sock.send(data)
            data = data[sent:]
