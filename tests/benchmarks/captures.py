"""Reading a large capture: netaudit beside tshark, which extracts the same fields, and tcpdump, which only filters.

    python tests/benchmarks/captures.py [PACKETS [RUNS]]

tshark reads it once. The capture is made here: video over TCP and UDP, web traffic, and one packet in a hundred that a
camera tells of itself by, from a recording of this repository.
"""

import gzip
import random
import shutil
import struct
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.processes import Contest, Cost, compete, markdown, run
from support.packets import ethernet, ipv4, tcp, udp

PACKETS, FEWER, RUNS, STREAMS = 1_500_000, 150_000, 5, 60
RECORDING = Path(__file__).parents[1] / "captures" / "lan-of-many" / "capture.pcap.gz"
PCAP_HEAD, RECORD_HEAD = 24, struct.Struct("<IIII")
INTERLEAVED, APPLICATION_DATA = b"$\0", b"\x17\x03\x03"  # RFC 2326 section 10.12, RFC 8446 section 5.1; lengths follow
SEQUENCE_AT, ACKNOWLEDGED_AT, DATA_AT = 38, 42, 54  # in a frame
FULL, PICTURES, PACKETS_A_PICTURE = 600, 16, 8  # bytes of video in a packet; pictures of different lengths
UDP_PORTS = (67, 68, 161, 1900, 3702, 5353, 37020, 37810)
TCP_PORTS = (21, 22, 23, 80, 81, 88, 443, 554, 8000, 8080, 8443, 8554, 34567, 35000, 37777)
BPF = " or ".join(
    ["arp", "ether proto 0x8033", "ether proto 0x88cc", "igmp", "icmp6", *(f"udp port {port}" for port in UDP_PORTS)]
)
TOLD_OVER_TCP = "http or rtsp.status or tls.handshake or ssh or ftp or telnet"  # and not the video in RTSP's connection
FIELDS = (
    "frame.time_epoch", "eth.src", "ip.src", "ipv6.src", "udp.srcport", "tcp.srcport",
    "arp.src.proto_ipv4", "arp.src.hw_mac", "icmpv6.nd.na.target_address", "igmp.maddr",
    "lldp.chassis.id.mac", "lldp.tlv.system.name", "lldp.tlv.system.desc", "cdp.deviceid", "cdp.platform", "cdp.software_version",
    "dhcp.hw.mac_addr", "dhcp.option.hostname", "dhcp.option.vendor_class_id", "dhcp.option.request_list_item",
    "dns.resp.name", "dns.ptr.domain_name", "dns.srv.target", "dns.txt", "dns.a", "snmp.name", "snmp.value.octets",
    "http.response.code", "http.server", "http.www_authenticate", "http.set_cookie", "http.location", "http.file_data",
    "rtsp.response", "rtsp.status", "tls.handshake.certificate", "tls.handshake.version",
    "ssh.protocol", "ftp.response.arg", "telnet.data", "udp.payload",
)  # fmt: skip


def main(words: list[str]) -> int:
    """Print the table."""
    packets, runs = (*map(int, words), *(PACKETS, RUNS)[len(words) :])
    print(markdown(measure(packets, runs)))
    return 0


def measure(packets: int, runs: int) -> Contest:
    """All readers that this machine has, on one capture of so many packets."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "large.pcap")
        write_capture(path, packets)
        title = f"A capture of {packets:,} packets, {path.stat().st_size / 1e6:,.0f} MB"
        return compete(title, contenders(path), runs=runs, found=found, once={"tshark"})


def contenders(path: Path) -> dict:
    """name -> what runs it."""
    netaudit = [sys.executable, "-m", "netaudit", "replay", str(path), "-q", "-o", "jsonl"]
    tcp_filter = " or ".join(f"tcp.port == {port}" for port in TCP_PORTS)
    udp_filter = " or ".join(f"udp.port == {port}" for port in UDP_PORTS)
    display = f"arp or lldp or cdp or igmp or icmpv6 or {udp_filter} or (({tcp_filter}) and ({TOLD_OVER_TCP}))"
    fields = [word for field in FIELDS for word in ("-e", field)]
    found = {"netaudit": lambda: run(netaudit)}
    if shutil.which("tshark"):
        found["tshark"] = lambda: run(["tshark", "-n", "-r", str(path), "-Y", display, "-T", "fields", *fields])
    if shutil.which("tcpdump"):
        found["tcpdump"] = lambda: run(["tcpdump", "-n", "-r", str(path), "-w", "/dev/null", BPF])
    return found


def found(name: str, cost: Cost) -> str:
    """What a reader made of it."""
    if name == "tcpdump":
        return "filters only"
    lines = len(cost.output.splitlines())
    return f"{lines:,} {'devices' if name == 'netaudit' else 'packets'}"


def write_capture(path: Path, packets: int) -> None:
    """Write the capture: one packet in a hundred from the recording, the others dull."""
    told, streams = list(recorded_frames()), [Stream(number) for number in range(STREAMS)]
    with path.open("wb", buffering=1 << 20) as stream:
        stream.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262_144, 1))
        for number in range(packets):
            frame = told[number // 100 % len(told)] if number % 100 == 0 else streams[number % STREAMS].next()
            stream.write(RECORD_HEAD.pack(1_700_000_000 + number // 5000, number % 5000 * 200, len(frame), len(frame)))
            stream.write(frame)


class Stream:
    """What somebody watches or reads: video over UDP, over RTSP's own connection, or the web, with the answers to it.

    Most packets are full; the last one of each picture is as long as it happens to be.
    """

    def __init__(self, number: int) -> None:
        chance = random.Random(number)
        sizes = [FULL, *(chance.randrange(16, FULL) for _ in range(PICTURES))]
        self.sequence = 1
        self.count = number
        self.is_connection = number % 10 >= 4
        self.number, self.camera, self.client = number, f"10.1.{number}.7", "10.1.200.9"
        self.frames = [self.frame(chance.randbytes(size)) for size in sizes]
        port = 554 if number % 10 < 9 else 443
        self.answer = bytearray(ethernet(0x0800, ipv4(6, tcp(60_000, port), self.client, self.camera)))

    def frame(self, body: bytes) -> bytearray:
        """A packet from the camera that holds this."""
        if not self.is_connection:
            return bytearray(
                ethernet(0x0800, ipv4(17, udp(40_000 + self.number, 50_000, body), self.camera, self.client))
            )
        port, head = (554, INTERLEAVED) if self.number % 10 < 9 else (443, APPLICATION_DATA)
        segment = tcp(port, 60_000, payload=head + len(body).to_bytes(2) + body)
        return bytearray(ethernet(0x0800, ipv4(6, segment, self.camera, self.client)))

    def next(self) -> bytes:
        """The next packet; every second one of a connection is its acknowledgement."""
        self.count += 1
        if self.is_connection and self.count % 2:
            struct.pack_into(">I", self.answer, ACKNOWLEDGED_AT, self.sequence)
            return bytes(self.answer)
        pictures, rest = divmod(self.count // 2, PACKETS_A_PICTURE)
        frame = self.frames[0 if rest else 1 + pictures % PICTURES]
        if self.is_connection:
            struct.pack_into(">I", frame, SEQUENCE_AT, self.sequence)
            self.sequence += len(frame) - DATA_AT
        return bytes(frame)


def recorded_frames() -> Iterator[bytes]:
    """The frames of the recording."""
    data = gzip.decompress(RECORDING.read_bytes())
    at = PCAP_HEAD
    while at < len(data):
        _, _, kept, _ = RECORD_HEAD.unpack_from(data, at)
        yield data[at + RECORD_HEAD.size : at + RECORD_HEAD.size + kept]
        at += RECORD_HEAD.size + kept


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
