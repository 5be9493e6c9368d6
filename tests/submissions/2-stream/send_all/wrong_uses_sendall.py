# misconception: uses_sendall
# draws: the task is to build sendall out of send; and sendall's timeout is for all of it, not for each send
def send_all(sock, data):
    sock.sendall(data)
