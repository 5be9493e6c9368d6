# misconception: send_spins
# draws: BlockingIOError means no room yet: trying at full speed burns a CPU; wait with select, or let it out
def send_all(sock, data):
    while data:
        try:
            sent = sock.send(data)
        except BlockingIOError:
            continue
        data = data[sent:]
