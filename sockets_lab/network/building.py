"""A planned network made real: namespaces, interfaces, addresses, neighbours, routes, and the wires' packet sockets."""

from __future__ import annotations

import array
import errno
import fcntl
import os
import socket
import struct
from contextlib import ExitStack, suppress
from dataclasses import dataclass

from sockets_lab.network.namespaces import NetworkUnavailable, enter_namespace, in_thread, new_namespace
from sockets_lab.network.netlink import Netlink
from sockets_lab.network.rings import close_rings, make_rings
from sockets_lab.network.topology import PREFIX_BITS, PREFIX_BITS_6, Interface, Topology

_SIOCETHTOOL = 0x8946
# Transmit checksums, segmentation and its cousins, by linux/ethtool.h. A veth leaves checksums to hardware that is not
# there, and a packet that a wire has read and sent again would keep its unfinished one: every segment would be lost.
_ETHTOOL_STXCSUM, _ETHTOOL_SSG, _ETHTOOL_STSO, _ETHTOOL_SGSO, _ETHTOOL_SGRO = 0x17, 0x19, 0x1F, 0x24, 0x2C
# What is in flight must fit in the ring that a wire reads from. The next two keep one run like the next. The last is
# how long the kernel goes on sending for a socket that nobody has any more, to a peer that does not answer, and keeps
# its host as long: six seconds, where it would be two minutes; and half a second when the wires have gone.
_ORPHANS = "ipv4/tcp_orphan_retries"
_SETTINGS = {
    "ipv4/tcp_rmem": "4096 131072 4194304",
    "ipv4/tcp_no_metrics_save": "1",
    "ipv4/ping_group_range": "{group} {group}",
    _ORPHANS: "4",
}
_WITHOUT_WIRES = {_ORPHANS: "1"}
_ROUTER_SETTINGS = {"ipv4/ip_forward": "1", "ipv6/conf/all/forwarding": "1"}


@dataclass
class Built:
    """What holds a network.

    Attributes:
        namespaces: a descriptor for each host.
        wiring: a descriptor of the namespace where the wires take over.
        ends: a packet socket with a ring for each of the topology's interfaces, at the far side of its pair.
    """

    namespaces: dict[str, int]
    wiring: int
    ends: list[socket.socket]

    def close(self) -> None:
        """Let go of all; the kernel clears away what nobody else holds."""
        with suppress(RuntimeError):  # at the interpreter's end there are no new threads
            in_thread(self._hurry)
        close_rings(self.ends)
        for fd in [*self.namespaces.values(), self.wiring]:
            os.close(fd)

    def _hurry(self) -> None:
        for namespace in self.namespaces.values():
            enter_namespace(namespace)
            _write_settings(_WITHOUT_WIRES, needed=False)


def build(topology: Topology, mtu: int) -> Built:
    """Make it.

    Raises:
        NetworkUnavailable: this process may not, or the kernel lacks a part.
    """
    try:
        return in_thread(lambda: _build(topology, mtu))
    except OSError as error:
        if error.errno in (errno.EPERM, errno.EACCES):
            why = "this process may not: open the lesson with the kernel “Sockets Lab” (menu Kernel, Change Kernel)"
        elif error.errno in (errno.EOPNOTSUPP, errno.ENODEV):
            why = "this machine's kernel lacks a part (veth): sudo modprobe veth"
        else:
            why = "`sockets-lab doctor` says what this machine lacks"
        raise NetworkUnavailable(f"cannot make a network: {error.strerror or error}; {why}") from None


def _build(topology: Topology, mtu: int) -> Built:
    with ExitStack() as on_failure:
        made: dict[str, int] = {}
        wiring = _held(on_failure)
        for host in topology.hosts:
            made[host] = _held(on_failure)
        enter_namespace(wiring)
        with Netlink() as netlink:
            for one in topology.interfaces:
                netlink.make_veth(one.port, _port_mac(one), mtu, one.name, one.mac, made[one.host])
                index = socket.if_nametoindex(one.port)
                netlink.forgo_own_addresses(index)
                netlink.set_up(index)
        ends = [on_failure.enter_context(_packet_socket(one.port)) for one in topology.interfaces]
        for host in topology.hosts:
            enter_namespace(made[host])
            _furnish(topology, host)
        make_rings(ends, mtu)
        on_failure.pop_all()
    return Built(made, wiring, ends)


def _held(on_failure: ExitStack) -> int:
    fd = new_namespace()
    on_failure.callback(os.close, fd)
    return fd


def _furnish(topology: Topology, host: str) -> None:
    """All that belongs into the host whose namespace the thread is in."""
    _write_settings(_SETTINGS, needed=False)
    if topology.is_router(host):
        _write_settings(_ROUTER_SETTINGS, needed=True)
    with Netlink() as netlink:
        netlink.set_up(socket.if_nametoindex("lo"))
        indices = {}
        for one in topology.interfaces_of(host):
            index = indices[one.name] = socket.if_nametoindex(one.name)
            netlink.forgo_own_addresses(index)
            offload_nothing(one.name)
            netlink.set_up(index)
            netlink.add_address(index, one.address, PREFIX_BITS)
            netlink.add_address(index, one.address6, PREFIX_BITS_6)
            netlink.add_address(index, one.link_local, PREFIX_BITS_6)
            other = topology.other_end(one)
            for address in (other.address, other.address6, other.link_local):
                netlink.add_neighbour(index, address, other.mac)
        for route in topology.routes_from(host):
            netlink.add_route(indices[route.interface], route.network, route.prefix_bits, route.gateway)


def _packet_socket(interface: str) -> socket.socket:
    """It receives nothing yet: the wire's process binds it when it is ready."""
    end = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    try:
        end.bind((interface, 0))
    except BaseException:
        end.close()
        raise
    return end


def offload_nothing(interface: str) -> None:
    """Have an interface finish each packet itself, before it leaves."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        for command in (_ETHTOOL_STXCSUM, _ETHTOOL_STSO, _ETHTOOL_SGSO, _ETHTOOL_SGRO, _ETHTOOL_SSG):
            value = array.array("B", struct.pack("=II", command, 0))
            request = struct.pack("16sP", interface.encode(), value.buffer_info()[0]) + bytes(24)
            if command == _ETHTOOL_STXCSUM:
                fcntl.ioctl(any_socket, _SIOCETHTOOL, request)
            else:
                with suppress(OSError):  # a kernel without that one offloads nothing there
                    fcntl.ioctl(any_socket, _SIOCETHTOOL, request)


def _write_settings(settings: dict[str, str], *, needed: bool) -> None:
    for name, value in settings.items():
        try:
            with open(f"/proc/sys/net/{name}", "w", encoding="ascii") as file:
                file.write(value.format(group=os.getegid()))
        except OSError:
            if needed:
                raise


def _port_mac(one: Interface) -> str:
    return f"02:00:00:01:{one.wire:02x}:{one.end:02x}"
