# misconception: thread_left
# draws: the thread that reads is still there when you give up: end it before you raise
import socket
import threading
import time


def exchange(address, request, timeout):
    deadline = time.monotonic() + timeout
    outcome = {}

    def work():
        try:
            with socket.create_connection(address) as sock:
                sock.sendall(request)
                sock.shutdown(socket.SHUT_WR)
                reply = b""
                while True:
                    chunk = sock.recv(4096)
                    if not chunk:
                        break
                    reply += chunk
                outcome["reply"] = reply
        except OSError as error:
            outcome["error"] = error

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(max(deadline - time.monotonic(), 0))
    if thread.is_alive():
        raise TimeoutError("timed out")
    if "error" in outcome:
        raise outcome["error"]
    return outcome["reply"]
