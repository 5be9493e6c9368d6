# misconception: changes_callers_socket
# draws: the socket is the caller's: do not give it a timeout of your own
def send_all(sock, data):
    sock.settimeout(30)
    while data:
        sent = sock.send(data)
        data = data[sent:]
