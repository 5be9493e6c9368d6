# misconception: fd_leak
# draws: bind() fails for other reasons than a taken port
import errno
import socket

last = None


def bind_server(host, port):
    global last
    s = last = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        s.bind((host, port))
    except OSError as e:
        if e.errno == errno.EADDRINUSE:
            s.close()
        raise
    return s, s.getsockname()
