"""What recorders answer about their channels, in the forms of their makers."""

SECRET = "geheim-4711"


def input_proxy(*channels):
    """An InputProxyChannelList as Hikvision's recorders send it; each channel a dict of its source's elements."""
    listed = "".join(
        f"<InputProxyChannel><id>{number}</id><name>yard</name>{_source(told)}</InputProxyChannel>"
        for number, told in enumerate(channels, start=1)
    )
    namespace = "http://www.hikvision.com/ver20/XMLSchema"
    return f'<?xml version="1.0"?><InputProxyChannelList xmlns="{namespace}" size="0">{listed}</InputProxyChannelList>'


def _source(told):
    if told is None:
        return ""
    elements = {"userName": SECRET, "password": SECRET, "managePortNo": "8000", "deviceID": "", **told}
    inner = "".join(f"<{name}>{text}</{name}>" for name, text in elements.items())
    return f"<sourceInputPortDescriptor>{inner}</sourceInputPortDescriptor>"


def remote_devices(*slots):
    """A RemoteDevice table as Dahua's recorders send it; each slot a dict of its keys."""
    lines = (
        f"table.RemoteDevice.uuid:System_CONFIG_NETCAMERA_INFO_{number}.{name}={text}"
        for number, told in enumerate(slots)
        for name, text in {"UserName": SECRET, "Password": SECRET, "Port": "37777", **told}.items()
    )
    return "\r\n".join(lines)
