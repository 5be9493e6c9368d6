# misconception: returns_too_early
# draws: return when the bytes are with the kernel, not when a thread has been told to send them
import threading


def send_loop(sock, data):
    while data:
        sent = sock.send(data)
        data = data[sent:]


def send_all(sock, data):
    threading.Thread(target=send_loop, args=(sock, data), daemon=True).start()
