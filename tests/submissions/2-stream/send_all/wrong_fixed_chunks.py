# misconception: ignores_count
# draws: small pieces may be cut short too: go on from where send stopped, not from the next piece
def send_all(sock, data):
    for start in range(0, len(data), 1024):
        sock.send(data[start : start + 1024])
