# misconception: empty_raises
# draws: no bytes are sent at once: send returning 0 for empty data is not a broken connection
def send_all(sock, data):
    total = 0
    while True:
        sent = sock.send(data[total:])
        if sent == 0:
            raise RuntimeError("socket connection broken")
        total += sent
        if total == len(data):
            break
