# misconception: ignores_count
# draws: send may take only a part; it returns how much, and the rest is yours to send again
def send_all(sock, data):
    sock.send(data)
