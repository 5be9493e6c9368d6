import socket
import time


class Client(socket.socket):
    @classmethod
    def to(cls, info, seconds):
        self = cls(info[0], info[1], info[2])
        try:
            self.settimeout(seconds)
            code = self.connect_ex(info[4])
            if code == socket.EAGAIN:  # connect_ex says so when its timeout is over
                raise TimeoutError("timed out")
            if code:
                raise OSError(code, f"cannot connect to {info[4]}")
            self.settimeout(None)
        except BaseException:
            self.close()
            raise
        return self


def connect_any(addrinfos, timeout):
    deadline = time.monotonic() + timeout
    errors = []
    for info in addrinfos:
        remaining = deadline - time.monotonic()
        if remaining <= 0:
            errors.append(TimeoutError("timed out"))
            break
        try:
            return Client.to(info, remaining)
        except OSError as error:
            errors.append(error)
    if not errors:
        raise ValueError("no addresses")
    raise errors[-1]
