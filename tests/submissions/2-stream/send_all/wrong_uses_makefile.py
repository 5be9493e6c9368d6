# misconception: uses_sendall
# draws: makefile() does what the exercise asks for by hand
def send_all(sock, data):
    with sock.makefile("wb") as f:
        f.write(data)
