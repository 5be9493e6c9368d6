# misconception: returns_something
# draws: nothing is left to say when all bytes are sent: return None; failure is an exception
def send_all(sock, data):
    while data:
        sent = sock.send(data)
        data = data[sent:]
    return True
