def send_all(sock, data):
    while data:
        sent = sock.send(data)
        data = data[sent:]
