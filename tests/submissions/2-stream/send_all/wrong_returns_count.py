# misconception: returns_something
# draws: nothing is left to say when all bytes are sent: return None
def send_all(sock, data):
    total = 0
    while total < len(data):
        total += sock.send(data[total:])
    return total
