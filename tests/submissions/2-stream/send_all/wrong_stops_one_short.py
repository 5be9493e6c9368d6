# misconception: stops_short
# draws: a loop that ends at one byte left loses the last byte
def send_all(sock, data):
    sent = 0
    while sent < len(data) - 1:
        sent += sock.send(data[sent:])
