# misconception: changes_callers_socket
# draws: the socket is the caller's: its timeout must still be there when you return
def send_all(sock, data):
    sock.setblocking(True)
    while data:
        sent = sock.send(data)
        data = data[sent:]
