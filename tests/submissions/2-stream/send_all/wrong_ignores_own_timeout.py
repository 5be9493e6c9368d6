# misconception: waits_on_after_timeout
# draws: the caller's timeout is a promise that no send waits longer; do not take it off, not even for a while
def send_all(sock, data):
    timeout = sock.gettimeout()
    sock.settimeout(None)
    try:
        while data:
            sent = sock.send(data)
            data = data[sent:]
    finally:
        sock.settimeout(timeout)
