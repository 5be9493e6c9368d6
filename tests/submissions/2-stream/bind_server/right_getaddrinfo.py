import socket


def bind_server(host, port):
    flags = socket.AI_PASSIVE | socket.AI_NUMERICHOST
    info = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=flags)
    family, kind, proto, _, address = info[0]
    s = socket.socket(family, kind, proto)
    bound = False
    try:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, True)
        s.bind(address)
        bound = True
    finally:
        if not bound:
            s.close()
    return (s, s.getsockname())
