# misconception: waits_after_sending
# draws: all is sent, and nobody answers
def send_all(sock, data):
    while data:
        data = data[sock.send(data) :]
    sock.recv(1)
