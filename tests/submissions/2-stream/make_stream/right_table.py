from socket import AF_INET, AF_INET6, IPPROTO_IPV6, IPV6_V6ONLY, SOCK_STREAM, socket

OPTIONS = {
    AF_INET: [],
    AF_INET6: [(IPPROTO_IPV6, IPV6_V6ONLY, 1)],
}


def make_stream(family):
    try:
        options = OPTIONS[family]
    except KeyError:
        raise ValueError(f"no stream sockets for family {family}") from None
    s = socket(family, SOCK_STREAM)
    for option in options:
        s.setsockopt(*option)
    return s
