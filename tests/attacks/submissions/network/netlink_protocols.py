"""Opens netlink to parts of the system that are none of a lesson's: firewalls, IPsec, audit, device events, SCSI.

Says: EPROTONOSUPPORT
"""

import socket

protocols = (2, 6, 9, 10, 11, 12, 14, 15, 16, 18, 19, 20, 21)
print(*{tried(socket.socket, socket.AF_NETLINK, socket.SOCK_RAW, protocol) for protocol in protocols})
