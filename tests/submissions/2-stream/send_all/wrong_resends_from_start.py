# misconception: ignores_count
# draws: send the rest, data[sent:]; the bytes that were taken must not be sent a second time
def send_all(sock, data):
    total = 0
    while total < len(data):
        total += sock.send(data)
