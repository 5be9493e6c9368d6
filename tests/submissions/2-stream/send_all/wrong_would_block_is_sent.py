# misconception: would_block_is_sent
# draws: BlockingIOError means that nothing was taken: the bytes are still to be sent
def send_all(sock, data):
    while data:
        try:
            sent = sock.send(data)
        except BlockingIOError:
            return
        data = data[sent:]
