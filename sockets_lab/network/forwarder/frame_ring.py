"""A ring of memory that the kernel fills with packets one by one, each to be read, or sent on, the moment it comes.

Its size does not depend on ``net.core.rmem_max``, which is so small on many machines that a packet socket without a
ring loses packets of every fast transfer.

Where many have come, all of a batch are looked at, sent and given back by a few calls on slices of that memory:
Python's time for each is what limits a wire.

Source: packet(7), sendmmsg(2); Documentation/networking/packet_mmap.rst on TPACKET_V2; linux/if_packet.h;
linux/filter.h.
"""

from __future__ import annotations

import _socket
import array
import ctypes
import errno
import mmap
import struct

SOL_PACKET = 263
_STATISTICS, _QDISC_BYPASS, _IGNORE_OUTGOING = 6, 20, 23
_SO_ATTACH_FILTER = 26
_ETH_P_ALL = 3
STATUS_USER = 1
BATCH = 64
# Offsets in 32-bit words of struct tpacket2_hdr; the link header's offset is a 16-bit number.
LENGTH, KEPT, OFFSET, SECONDS, NANOSECONDS = 1, 2, 3, 4, 5
LINK_HEADER_AT = 66  # of a frame with Ethernet's 14 bytes: TPACKET2_HDRLEN and room, aligned, and 14 less
_MESSAGE_WORDS, _VECTOR_WORDS = 8, 2  # 64-bit words of struct mmsghdr and struct iovec
_TRY_AGAIN = {errno.EINTR, errno.EAGAIN}
# Not taken in: what a host's IPv6 says unasked (multicast listener reports after a hop-by-hop header, router
# solicitations). Each line is an instruction of the classic packet filter: code, jump if true, if false, value.
_QUIET = (
    (0x28, 0, 0, 12),  # EtherType
    (0x15, 0, 7, 0x86DD),  # not IPv6: take it
    (0x30, 0, 0, 20),  # next header
    (0x15, 0, 2, 0),  # hop-by-hop
    (0x30, 0, 0, 62),  # the type after it
    (0x15, 4, 3, 143),  # a listener report: leave it
    (0x15, 0, 2, 58),  # ICMPv6
    (0x30, 0, 0, 54),  # its type
    (0x15, 1, 0, 133),  # a router solicitation: leave it
    (0x06, 0, 0, 0x40000),
    (0x06, 0, 0, 0),
)


class FrameRing:
    """The packets that come out of an interface, and a way to put others into it.

    Args:
        sock: a packet socket that has a ring, is bound to the interface, and receives nothing yet.
        stride: bytes from one frame to the next.
        frames: how many fit; a power of two.
    Attributes:
        words: the memory by 32-bit words.
        view: by bytes.
        stride: bytes from one frame to the next.
        next: the number of the frame that is filled next.
        dropped: how many packets came when it was full.
    """

    def __init__(self, sock: _socket.socket, stride: int, frames: int) -> None:
        self.socket = sock
        self.stride = stride
        self.mask = frames - 1
        self.next = 0
        self.dropped = 0
        for option in (_QDISC_BYPASS, _IGNORE_OUTGOING):
            try:
                sock.setsockopt(SOL_PACKET, option, 1)
            except OSError:  # newer than some kernels; without them it is only slower
                pass
        _attach_filter(sock)
        sock.bind((sock.getsockname()[0], _ETH_P_ALL))
        self._memory = mmap.mmap(sock.fileno(), self.stride * frames)
        self.view = memoryview(self._memory)
        self.words = self.view.cast("I")
        self._step = self.stride >> 2
        self._zeros = memoryview(bytes(4 * BATCH)).cast("I")
        self._make_messages(frames)

    def _make_messages(self, frames: int) -> None:
        """For each place in the ring what sendmmsg needs to send the frame there; only the length is still missing."""
        start = ctypes.addressof(ctypes.c_char.from_buffer(self._memory)) + LINK_HEADER_AT
        vectors = memoryview(bytearray(8 * _VECTOR_WORDS * frames))
        vectors.cast("Q")[::_VECTOR_WORDS] = array.array("Q", range(start, start + frames * self.stride, self.stride))
        place = ctypes.addressof(ctypes.c_char.from_buffer(vectors))
        messages = memoryview(bytearray(8 * _MESSAGE_WORDS * frames))
        messages.cast("Q")[2::_MESSAGE_WORDS] = array.array("Q", range(place, place + frames * 16, 16))
        messages.cast("Q")[3::_MESSAGE_WORDS] = array.array("Q", [1]) * frames
        self._vectors = vectors.cast("I")
        self._messages = messages
        self._messages_at = ctypes.addressof(ctypes.c_char.from_buffer(messages))
        self._sendmmsg = ctypes.CDLL(None, use_errno=True).sendmmsg
        self._sendmmsg.argtypes = (ctypes.c_int, ctypes.c_void_p, ctypes.c_uint, ctypes.c_int)

    def ready(self) -> int:
        """How many frames have come that lie one after the other, up to a batch."""
        first = self.next * self._step
        last = min(self.next + BATCH, self.mask + 1) * self._step
        status = self.words[first : last : self._step].tolist()
        return status.index(0) if 0 in status else len(status)

    def column(self, offset: int, count: int) -> memoryview:
        """One word of each of the next ``count`` frames' headers."""
        first = self.next * self._step + offset
        return self.words[first : first + count * self._step : self._step]

    def send(self, fd: int, count: int) -> list[int]:
        """Send the next ``count`` frames by another socket; the numbers of those that could not be sent."""
        first = self.next * 4 + 2
        self._vectors[first : first + count * 4 : 4] = self.column(KEPT, count)
        failed = []
        done = 0
        while done < count:
            at = self._messages_at + (self.next + done) * 8 * _MESSAGE_WORDS
            sent = self._sendmmsg(fd, at, count - done, 0)
            if sent > 0:
                done += sent
            elif ctypes.get_errno() not in _TRY_AGAIN:
                failed.append(done)
                done += 1
        return failed

    def give_back(self, count: int) -> None:
        """The kernel may fill the places of the next ``count`` frames again."""
        self.column(0, count)[:] = self._zeros[:count]
        self.next = (self.next + count) & self.mask

    def count_dropped(self) -> int:
        """How many packets the kernel has had no room for up to now."""
        _, dropped = struct.unpack("=II", self.socket.getsockopt(SOL_PACKET, _STATISTICS, 8))
        self.dropped += dropped  # the kernel counts from the last time it was asked
        return self.dropped


def _attach_filter(sock: _socket.socket) -> None:
    program = b"".join(struct.pack("=HBBI", *instruction) for instruction in _QUIET)
    buffer = ctypes.create_string_buffer(program)
    sock.setsockopt(_socket.SOL_SOCKET, _SO_ATTACH_FILTER, struct.pack("HP", len(_QUIET), ctypes.addressof(buffer)))
