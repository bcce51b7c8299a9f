"""Local networks of namespaces: a scanner, and each emulated device with a kernel and a MAC of its own.

The devices of a network hang on Linux bridges in one more namespace, so every frame between them and the scanner
crosses a wire that can be listened to.
"""

import atexit
from dataclasses import dataclass
from functools import partial
from ipaddress import IPv4Network
from typing import Self

from support.namespaces import (
    inside,
    ip,
    leftovers,
    make_namespace,
    remove_namespaces,
    wait_until_up,
    write_setting,
)
from support.offload import no_offload

from netaudit.demo import EmulatedDevice, Placement

SCANNER_HOST, ROUTER_HOST = 2, 1
LLDP_BIT = 1 << 0x0E  # a bridge keeps LLDP to itself (IEEE 802.1Q table 8-1), unless told otherwise
SCANNER_MAC = "02:00:5e:00:53:{:02x}"


class Network:
    """Everything that one test builds; used as a context, at whose end it is gone."""

    def __init__(self) -> None:
        self._names: list[str] = []
        self._lans = 0
        self._ports = 0

    def __enter__(self) -> Self:
        remove_namespaces(leftovers())
        atexit.register(self.close)
        self.scanner = self.namespace("scanner")
        self.wire = self.namespace("wire")
        return self

    def __exit__(self, *error: object) -> None:
        self.close()
        atexit.unregister(self.close)

    def close(self) -> None:
        """Remove every namespace of this network; sockets that are still open keep theirs alive."""
        remove_namespaces(self._names)
        self._names.clear()

    def namespace(self, label: str) -> str:
        """One more namespace, removed with the others."""
        name = make_namespace(label)
        self._names.append(name)
        return name

    def lan(self, subnet: str = "10.77.0.0/24") -> "Lan":
        """A LAN that the scanner is attached to, by an interface of its own."""
        lan = self._bridge(subnet)
        lan.interface = f"lan{self._lans - 1}"
        self.plug(lan, self.scanner, lan.interface, lan.scanner_address, SCANNER_MAC.format(self._lans))
        return lan

    def routed(self, subnet: str, via: "Lan") -> "Lan":
        """A LAN behind a router on another LAN: neither ARP nor multicast crosses."""
        lan = self._bridge(subnet)
        lan.router = str(IPv4Network(subnet)[ROUTER_HOST])
        router = self.namespace("router")
        with inside(router):
            write_setting("ipv4/ip_forward", "1")
        entrance = str(via.network[ROUTER_HOST])
        self.plug(via, router, "near", f"{entrance}/{via.network.prefixlen}", SCANNER_MAC.format(0xE0 + self._lans))
        self.plug(lan, router, "far", f"{lan.router}/{lan.network.prefixlen}", SCANNER_MAC.format(0xF0 + self._lans))
        ip(f"route add {subnet} via {entrance}", inside=self.scanner)
        return lan

    def plug(self, lan: "Lan", namespace: str, interface: str, address: str, mac: str, *more: str) -> None:
        """Plug a namespace into a LAN, with more commands of ip(8) to be run in it."""
        self._ports += 1
        port = f"port{self._ports}"
        ip(
            f"link add {port} type veth peer name {interface} address {mac} netns {namespace}",
            f"link set {port} master {lan.bridge} up",
            inside=self.wire,
        )
        up = ("link set lo up", f"link set {interface} up", f"address add {address} brd + dev {interface}")
        ip(*up, *more, inside=namespace)
        with inside(namespace):
            no_offload(interface)
            wait_until_up(interface)
        with inside(self.wire):
            wait_until_up(port)

    def _bridge(self, subnet: str) -> "Lan":
        lan = Lan(network_of=self, network=IPv4Network(subnet), bridge=f"bridge{self._lans}")
        self._lans += 1
        options = f"mcast_snooping 0 group_fwd_mask {LLDP_BIT}"
        ip(f"link add {lan.bridge} type bridge {options}", f"link set {lan.bridge} up", inside=self.wire)
        return lan


@dataclass(slots=True, kw_only=True)
class Lan:
    """One subnet on one bridge."""

    network_of: Network
    network: IPv4Network
    bridge: str  # in the namespace `wire`
    interface: str | None = None  # the scanner's, where it has one here
    router: str | None = None

    @property
    def scanner_address(self) -> str:
        return f"{self.network[SCANNER_HOST]}/{self.network.prefixlen}"

    def place(self, device: EmulatedDevice, address: str | None = None) -> Placement:
        """A namespace for the device, on this LAN; an address of another subnet makes it a stranger on the wire."""
        own = address or f"{self.network[device.host]}/{self.network.prefixlen}"
        namespace = self.network_of.namespace(device.name)
        way = f"via {self.router}" if self.router and not address else "dev eth0"
        self.network_of.plug(self, namespace, "eth0", own, device.mac, f"route add default {way}")
        return Placement(address=own.partition("/")[0], interface="eth0", enter=partial(inside, namespace))
