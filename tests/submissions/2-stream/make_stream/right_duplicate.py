from socket import *


def make_stream(family):
    if family not in (AF_INET, AF_INET6):
        raise ValueError("family must be AF_INET or AF_INET6")
    with socket(family, SOCK_STREAM) as template:
        if family == AF_INET6:
            template.setsockopt(IPPROTO_IPV6, IPV6_V6ONLY, 1)
        return template.dup()
