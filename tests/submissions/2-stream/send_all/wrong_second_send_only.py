# misconception: ignores_count
# draws: the second send may be short as well: repeat until nothing is left
def send_all(sock, data):
    sent = sock.send(data)
    if sent < len(data):
        sock.send(data[sent:])
