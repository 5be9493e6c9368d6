# misconception: changes_data
# draws: the caller asked for these bytes, not for a frame
import struct


def send_all(sock, data):
    data = struct.pack(">I", len(data)) + data
    while data:
        data = data[sock.send(data) :]
