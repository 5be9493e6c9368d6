"""Connects to the Unix sockets that have files: the machine's services, the grader's own.

Says: ENOENT
"""

import os, socket

paths = [TARGETS["unix_socket"], "/run/docker.sock", "/run/dbus/system_bus_socket", "/var/run/nscd/socket", "/run/systemd/notify"]
said = {tried(socket.socket(socket.AF_UNIX).connect, path) for path in paths}
print(*said)
