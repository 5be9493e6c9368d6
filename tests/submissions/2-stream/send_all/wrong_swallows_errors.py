# misconception: returns_too_early
# draws: when the peer is gone the bytes are not sent: let the error out
def send_all(sock, data):
    while data:
        try:
            sent = sock.send(data)
        except ConnectionError:
            break  # the other side has hung up
        data = data[sent:]
