# misconception: whole_entry_as_address
# draws: connect() takes the last part of an entry, the address, and not the entry
import socket


def connect_any(addrinfos, timeout):
    for address in addrinfos:
        sock = socket.socket()
        sock.settimeout(timeout)
        sock.connect(address)
        return sock
