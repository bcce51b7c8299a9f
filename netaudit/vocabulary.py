"""The closed lists: every word that stands in data files, in the inventory and in the code is listed here once."""

from functools import lru_cache

# What a match is worth, best first. "proof": the maker's own protocol, certificate chain or identity page.
STRENGTHS = ("proof", "strong", "medium", "weak")

VERDICTS = ("confirmed", "probable", "possible", "unknown")

# What a fingerprint may assert of a device.
ATTRIBUTES = frozenset(
    {
        "family", "manufacturer", "brand", "kind", "model", "line", "generation", "firmware", "firmware_date", "serial",
        "produced", "channels",
    }
)  # fmt: skip

KINDS = (
    "camera", "thermal_camera", "recorder", "intercom", "access_control", "encoder", "other", "unknown",
)  # fmt: skip

# How a maker stands to a brand. The first three: it builds all that is sold under the brand.
RELATIONS = (
    "own",  # the maker's own name, or a line of its own
    "subsidiary",  # a company that the maker owns
    "relabel",  # another company's label on what the maker builds
    "partial",  # some of what is sold under the brand, the rest is built by others
    "former",  # was so once
)

# How sure that is, best first. "unconfirmed": often said, and no document that says so was read.
SURENESS = ("certain", "high", "medium", "low", "unconfirmed")

# Why something failed.
STATUSES = frozenset(
    {
        "refused", "timeout", "unreachable", "closed", "tls", "auth", "malformed", "permission", "too_large",
        "out_of_scope",
    }
)  # fmt: skip

# How a channel fared. Only "partial" and "failed" make a run incomplete.
CHANNEL_STATES = ("done", "skipped", "partial", "failed")

# What a run could not see. Those marked True make the run incomplete (exit code 4).
GAPS = {
    "interrupted": True,  # the run was stopped before its end
    "answers_lost": True,  # the run was stopped and continued: what was under way then was not asked a second time
    "truncated_input": True,  # a capture or bundle ends in the middle
    "dropped_packets": True,  # the kernel, or our own limits, threw replies away
    "quiet_hours": True,  # quiet hours began before the run had reached its end
    "nobody": True,  # nothing answered anything: perhaps nobody is there, perhaps nothing came through
    "container": True,  # a bridged container: no ARP and no multicast reaches the network outside
    "left_alone": False,  # a device stopped answering, or said that it is overloaded: it was not asked further
    "fell_silent": True,  # a device that had answered did so no more at the end of the run
    "interface": True,  # an interface could not be used
    "no_link_layer": True,  # no raw socket: what answers ARP only is seen through the kernel's table at best
    "port_taken": True,  # another program holds a discovery port: replies sent to that port are lost
    "unheard": False,  # neighbours answer ARP, and nothing answers multicast: a firewall may swallow the answers
    "silent_subnet": False,  # on an attached network nobody answered
    "isolation": False,  # one neighbour only answers: an access point or switch may keep clients apart
    "lossy": False,  # devices answered only when asked again: the link loses packets, or devices sleep
    "arp_only": False,  # devices that answer ARP and none of the questions
    "routed": False,  # behind a router: no ARP, no multicast
    "recorder_children": False,  # cameras behind a recorder were counted, not inspected
    "wrong_subnet": False,  # heard on the wire, with an address that does not belong there
    "outside_targets": False,  # heard on the wire, outside the targets: not asked further
    "address_conflict": False,  # two devices claim one address
    "shared_mac": False,  # a MAC that answers for many addresses: a router or a proxy, not a device
    "login": True,  # the operator gave a login for a device, and it could not be read with it
    "locked": False,  # the device says that it is locked: it was left alone
    "ipv6_only": False,  # heard over IPv6 only: listed, and not asked further
    "import": False,  # another tool's file tells what that tool asked, and nothing else
    "passive": False,  # a capture shows what crossed that wire in that time, and nothing else
}

# Every field that an observation may have, with what its value is.
FIELDS = {
    "mac.address": "hardware address, aa:bb:cc:dd:ee:ff",
    "tcp.port": "TCP port that accepted a connection",
    "tcp.refused": "TCP port that refused a connection: the address is alive",
    "tcp.greeting": "first 64 bytes that a port sent unasked, as text; bytes that are not printable ASCII as \\xNN",
    "mdns.service": "DNS-SD service type or instance name (RFC 6763)",
    "mdns.instance": "instance label of a DNS-SD service",
    "mdns.host": "host name that a service record points to",
    "mdns.port": "type and port of a service on the device itself, e.g. _http._tcp 8080",
    "mdns.txt": "one key=value of a TXT record",
    "wsd.endpoint": "endpoint reference address, normally a UUID",
    "wsd.types": "types of the device, local names in order",
    "wsd.xaddr": "service address that the device names",
    "onvif.scope": "one ONVIF scope URI, percent-decoded",
    "onvif.scopes": "all ONVIF scopes of one answer in their order, as sent, without onvif://www.onvif.org/",
    "onvif.manufacturer": "Manufacturer of GetDeviceInformation",
    "onvif.model": "Model of GetDeviceInformation",
    "onvif.firmware": "FirmwareVersion of GetDeviceInformation",
    "onvif.serial": "SerialNumber of GetDeviceInformation",
    "onvif.hardware_id": "HardwareId of GetDeviceInformation",
    "onvif.namespace": "XML namespace that an ONVIF answer declares",
    "onvif.envelope": "prefixes that the envelope of an ONVIF answer declares, in their order",
    "onvif.uri": "stream, snapshot or service URI that an ONVIF answer names, without its host",
    "onvif.hostname": "Name of GetHostname",
    "sadp.device_description": "DeviceDescription: the model, despite the name",
    "sadp.device_type": "DeviceType: an opaque number",
    "sadp.device_sn": "DeviceSN: model, production date, region, serial tail",
    "sadp.software_version": "SoftwareVersion, with build date",
    "sadp.dsp_version": "DSPVersion, with build date",
    "sadp.oem": "OEMInfo, OEMCode, DetailOEMCode or EZVIZCode, as name=value",
    "sadp.http_port": "HttpPort",
    "sadp.https_port": "HttpsPort",
    "sadp.command_port": "CommandPort: the SDK port",
    "sadp.sdk_tls_port": "SDKOverTLSPort",
    "sadp.ipv4_address": "IPv4Address that the device believes it has",
    "sadp.ipv6_address": "IPv6Address",
    "sadp.gateway": "IPv4Gateway",
    "sadp.subnet_mask": "IPv4SubnetMask",
    "sadp.dhcp": "DHCP: yes or no",
    "sadp.analog_channels": "AnalogChannelNum",
    "sadp.digital_channels": "DigitalChannelNum",
    "sadp.activated": "Activated: yes or no; no means that no administrator password is set",
    "sadp.locked": "DeviceLock: yes or no",
    "sadp.boot_time": "BootTime, device local time",
    "dhip.device_type": "DeviceType: the model",
    "dhip.device_class": "DeviceClass: IPC, NVR, VTO, …",
    "dhip.serial_no": "SerialNo",
    "dhip.machine_name": "MachineName; the serial number unless renamed",
    "dhip.vendor": "Vendor",
    "dhip.manufacturer": "Manufacturer",
    "dhip.version": "Version: firmware",
    "dhip.http_port": "HttpPort",
    "dhip.port": "Port: the DVRIP port",
    "dhip.ipv4_address": "IPv4Address.IPAddress that the device believes it has",
    "dhip.ipv6_address": "IPv6Address.IPAddress",
    "dhip.init": "Init: bit field",
    "dhip.input_channels": "VideoInputChannels",
    "dhip.realm": "realm of the challenge to a login",
    "dhip.remote_channels": "RemoteVideoInputChannels",
    "vapix.brand": "Brand of Axis' basic device information",
    "vapix.model": "ProdNbr of Axis' basic device information",
    "vapix.product": "ProdFullName of Axis' basic device information",
    "vapix.product_type": "ProdType of Axis' basic device information",
    "vapix.serial": "SerialNumber of Axis' basic device information: the hardware address",
    "vapix.firmware": "Version of Axis' basic device information",
    "http.status": "status line",
    "http.headers": "header names in their order and case, comma separated",
    "http.server": "Server header",
    "http.www_authenticate": "one WWW-Authenticate challenge",
    "http.realm": "realm of a challenge",
    "http.location": "Location header, or the target of a redirect in the page",
    "http.set_cookie": "Set-Cookie header",
    "http.title": "title of the page",
    "http.body": "body of the page, the first 4 KiB",
    "http.favicon_md5": "MD5 of the favicon, hexadecimal",
    "http.favicon_mmh3": "MurmurHash3 (32 bit, signed) of the favicon's MIME Base64 text",
    "rtsp.status": "status line",
    "rtsp.server": "Server header",
    "rtsp.public": "Public header",
    "rtsp.www_authenticate": "one WWW-Authenticate challenge",
    "rtsp.realm": "realm of a challenge",
    "rtsp.headers": "header names in their order and case, comma separated",
    "rtsp.blanks": "headers with more than one blank before their value, and how many, e.g. Session:8,Date:2",
    "rtsp.path": "path and query that Content-Base or RTP-Info names",
    "rtsp.sdp": "session and attribute lines of an SDP body, joined with ;",
    "tls.subject": "subject of the certificate (RFC 4514)",
    "tls.issuer": "issuer of the certificate (RFC 4514)",
    "tls.sha256": "SHA-256 of the certificate, hexadecimal",
    "tls.key": "kind and size of the public key, e.g. RSA-1024",
    "tls.not_before": "start of the certificate's validity, RFC 3339",
    "tls.not_after": "end of the certificate's validity, RFC 3339",
    "tls.version": "protocol version agreed on, e.g. TLSv1.2",
    "tls.legacy": "yes where only the probing context for old devices could speak with it",
    "ssdp.server": "SERVER header",
    "ssdp.usn": "USN header",
    "ssdp.type": "ST or NT header",
    "ssdp.location": "LOCATION header",
    "upnp.manufacturer": "manufacturer",
    "upnp.manufacturer_url": "manufacturerURL",
    "upnp.model_name": "modelName",
    "upnp.model_number": "modelNumber",
    "upnp.model_description": "modelDescription",
    "upnp.friendly_name": "friendlyName",
    "upnp.serial_number": "serialNumber",
    "upnp.udn": "UDN",
    "upnp.device_type": "deviceType",
    "isapi.namespace": "namespace of the root element",
    "isapi.root": "name of the root element",
    "isapi.manufacturer": "manufacturer",
    "isapi.model": "model",
    "isapi.serial_number": "serialNumber",
    "isapi.firmware": "firmwareVersion with firmwareReleasedDate",
    "isapi.device_name": "deviceName",
    "isapi.device_type": "deviceType",
    "isapi.device_description": "deviceDescription",
    "isapi.location": "deviceLocation",
    "isapi.contact": "systemContact",
    "isapi.oem_code": "OEMCode",
    "isapi.encoder_version": "encoderVersion",
    "isapi.hardware_version": "hardwareVersion",
    "isapi.firmware_info": "firmwareVersionInfo: the platform",
    "isapi.element": "name of an element that only this protocol uses",
    "isapi.activated": "Activated: yes or no",
    "isapi.channels": "channels that a recorder lists",
    "magicbox.device_type": "deviceType or type",
    "magicbox.serial_number": "serialNumber or sn",
    "magicbox.firmware": "version",
    "magicbox.vendor": "vendor",
    "magicbox.name": "name",
    "magicbox.device_class": "class",
    "magicbox.processor": "processor",
    "magicbox.hardware_version": "hardwareVersion",
    "magicbox.update_serial": "updateSerial",
    "magicbox.cloud": "T2UServer.RegisterServer: the host that the device reports to",
    "magicbox.key": "name of another key of the answer",
    "child.protocol": "protocol by which a recorder speaks with a camera behind it",
    "child.address": "address that a recorder has for a camera behind it",
    "child.model": "model of a camera behind a recorder",
    "child.serial": "serial number of a camera behind a recorder",
    "child.firmware": "firmware of a camera behind a recorder",
    "dns.name": "name that a reverse lookup gave for the address (RFC 1035 section 3.5)",
    "dhcp.vendor_class": "vendor class identifier (RFC 2132 section 9.13)",
    "dhcp.hostname": "host name (RFC 2132 section 3.14)",
    "dhcp.parameters": "parameter request list, comma separated (RFC 2132 section 9.8)",
    "lldp.chassis_id": "chassis ID of the sender: of a camera its own, of a switch the switch's (IEEE 802.1AB)",
    "lldp.port_id": "port ID of the sender's port",
    "lldp.system_name": "system name",
    "lldp.system_description": "system description",
    "lldp.functions": "enabled capabilities, comma separated: bridge, router, station, …",
    "lldp.management_address": "management address",
    "lldp.manufacturer": "manufacturer name of the LLDP-MED inventory (ANSI/TIA-1057)",
    "lldp.model": "model name of the LLDP-MED inventory",
    "lldp.serial": "serial number of the LLDP-MED inventory",
    "lldp.firmware": "firmware revision of the LLDP-MED inventory",
    "cdp.device_id": "device ID of a CDP announcement",
    "cdp.port_id": "port ID of a CDP announcement",
    "cdp.platform": "platform of a CDP announcement: often the model",
    "cdp.version": "software version of a CDP announcement",
    "cdp.address": "IPv4 address of a CDP announcement",
    "igmp.group": "IPv4 multicast group that the device listens to (RFC 3376)",
    "ndp.group": "IPv6 multicast group that the device listens to (RFC 3810)",
    "telnet.banner": "greeting of a telnet port, options removed",
    "ftp.banner": "greeting of an FTP port",
    "ssh.banner": "identification string of an SSH port (RFC 4253 section 4.2)",
    "snmp.sysdescr": "sysDescr.0",
    "snmp.sysobjectid": "sysObjectID.0, as numbers with dots",
    "sip.user_agent": "User-Agent or Server of a SIP answer",
}

# Fields that come from one cause are one vote, however many of them speak (ONVIF's discovery and its device service
# repeat one configuration; so do SSDP and the page it points to). All others are named by their first word.
CAUSES = {"wsd": "onvif", "upnp": "ssdp"}

# Values that makers leave in place of a name or number: they identify nothing.
PLACEHOLDERS = frozenset(
    {
        "", "-", "0", "1", "none", "null", "n/a", "na", "unknown", "default", "general", "private", "ip camera",
        "ipcamera", "ip_camera", "ipc", "camera", "network camera", "nvr", "dvr", "onvif", "technology", "manufacturer",
        "model", "serialnumber", "ipcam", "h.264", "h264", "device", "hvr", "xvr", "embedded net dvr",
        "network video recorder", "network_video_transmitter", "ip-camera",
    }
)  # fmt: skip

# How endpoint UUIDs begin that many devices hold: gSOAP's sample code, and none at all.
SHARED_UUIDS = ("2419d68a2dd221b2a205", "0" * 20)

# How hardware addresses begin that belong to no device: virtual routers (RFC 5798 section 7.3; HSRP, RFC 2281, and its
# second version).
VIRTUAL_MACS = ("00:00:5e:00:01:", "00:00:5e:00:02:", "00:00:0c:07:ac:", "00:00:0c:9f:f")


@lru_cache(maxsize=1024)  # there are fewer fields
def cause_of(field: str) -> str:
    """The cause that an observation's field speaks for: one vote each when evidence is weighed."""
    head = field.partition(".")[0]
    return CAUSES.get(head, head)


def is_placeholder(value: str) -> bool:
    """Whether a name or number says nothing: a word that makers leave in, or one character repeated."""
    text = value.strip().lower()
    return text in PLACEHOLDERS or len(set(text)) == 1
