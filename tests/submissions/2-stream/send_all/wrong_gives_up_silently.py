# misconception: returns_too_early
# draws: when the socket's timeout ends a send, bytes are missing: let TimeoutError out
def send_all(sock, data):
    while data:
        try:
            sent = sock.send(data)
        except TimeoutError:
            print("timed out,", len(data), "bytes left")
            return
        data = data[sent:]
