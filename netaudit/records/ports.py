"""The UDP ports whose datagrams are read in captures: those that channels hear, for whoever reads before they are loaded."""

DHCP, SNMP, SSDP, WSD, MDNS, SADP, DHIP = (67, 68), (161,), (1900,), (3702,), (5353,), (37020,), (37810,)

UDP_PORTS = frozenset({*DHCP, *SNMP, *SSDP, *WSD, *MDNS, *SADP, *DHIP})
