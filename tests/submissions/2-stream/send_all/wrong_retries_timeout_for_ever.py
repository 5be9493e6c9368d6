# misconception: waits_on_after_timeout
# draws: the caller gave the socket a timeout so that a send ends: let TimeoutError out instead of trying again
def send_all(sock, data):
    while data:
        try:
            sent = sock.send(data)
        except TimeoutError:
            continue  # not ready yet, try again
        data = data[sent:]
