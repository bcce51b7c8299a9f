"""What to do about each kind of gap, for reports that people read."""

from typing import Final

GAP_CURE_WORDS: Final = {
    "interrupted": "Run the scan again and let it end.",
    "answers_lost": "Scan these devices again, in a run of their own.",
    "truncated_input": "Record again, or fetch the whole file: what stood behind the cut is not in this report.",
    "dropped_packets": "Scan again at a lower rate (--rate), or give the sockets more room: `netaudit doctor` says how.",
    "interface": "Name the interface to be used (-i), and see what `netaudit doctor` says of it.",
    "no_link_layer": "Run as root, or grant CAP_NET_RAW: `netaudit doctor` prints the command.",
    "port_taken": "Stop the program that holds the port, often a maker's own search tool, and scan again.",
    "unheard": "Let inbound UDP through the firewall of the scanning machine, and scan again.",
    "routed": "Scan from inside each of these networks, or record there and replay the recording.",
    "recorder_children": "Scan the network behind the recorder, or list its cameras with a read-only login.",
    "wrong_subnet": "Go and find the device: it is plugged in, and its address belongs to another network.",
    "outside_targets": "Add these addresses to the targets if they are yours.",
    "address_conflict": "Find both devices by their hardware addresses, and give one of them another address.",
    "shared_mac": "Scan from inside the network that lies behind this address.",
    "locked": "Leave it alone for half an hour, then scan again. Somebody may be guessing its password.",
    "quiet_hours": "Let the scan begin earlier, or resume it when the quiet hours are over.",
    "nobody": "See `netaudit doctor`, and try from another machine or another port of the switch.",
    "container": "Run the container on the host's network (--network host).",
    "left_alone": "Look whether the device is well, and scan it again later by itself.",
    "fell_silent": "Go and see whether the device is well: it answered before the scan, and not after it.",
    "silent_subnet": "Check the interface, its VLAN and its firewall, then scan this network again.",
    "isolation": "Scan from a wired port, or let the access point pass traffic between its clients.",
    "lossy": "Scan again, from a wired port if possible, and compare.",
    "arp_only": "Look up these hardware addresses in the switch and see what is plugged in there.",
    "login": "Check the login in the credentials file, and whether it may read device information.",
    "ipv6_only": "Give the device an IPv4 address, or look at it by hand.",
    "import": "Follow it up with a scan: what the other tool did not ask is not here.",
    "passive": "Follow it up with a live scan: silence in a recording proves nothing.",
}
