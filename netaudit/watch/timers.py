"""What makes `netaudit watch --once` run by itself: systemd units, a crontab line, a task for Windows.

The service has no user of its own, one capability (raw sockets, for ARP) and a read-only system: systemd.exec(5).
"""

import sys
from pathlib import Path
from xml.sax.saxutils import escape

SERVICE, TIMER = "netaudit-watch.service", "netaudit-watch.timer"
UNITS = Path("/etc/systemd/system")
EVERY_MINUTES = 5  # how often it looks whether a site is due; looking costs a fraction of a second

_SERVICE = """\
[Unit]
Description=netaudit: scan the sites that are due
Documentation=man:systemd.exec(5)
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
ExecStart={program} watch --config {settings} --once
SuccessExitStatus=4
TimeoutStartSec=infinity
DynamicUser=yes
StateDirectory=netaudit
StateDirectoryMode=0700
Environment=XDG_DATA_HOME=%S/netaudit XDG_STATE_HOME=%S/netaudit XDG_CACHE_HOME=%S/netaudit
{credentials}
AmbientCapabilities=CAP_NET_RAW
CapabilityBoundingSet=CAP_NET_RAW
RestrictAddressFamilies=AF_INET AF_INET6 AF_NETLINK AF_PACKET AF_UNIX
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome={home}
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
PrivateDevices=yes
PrivateTmp=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
RemoveIPC=yes
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
UMask=0077
"""

_TIMER = f"""\
[Unit]
Description=netaudit: look every {EVERY_MINUTES} minutes whether a site is due

[Timer]
OnCalendar=*:0/{EVERY_MINUTES}
RandomizedDelaySec=60
Persistent=true

[Install]
WantedBy=timers.target
"""

_TASK = """\
<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo><Description>netaudit: scan the sites that are due</Description></RegistrationInfo>
  <Triggers>
    <TimeTrigger>
      <Repetition><Interval>PT{minutes}M</Interval></Repetition>
      <StartBoundary>2026-01-01T00:00:00</StartBoundary>
    </TimeTrigger>
  </Triggers>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <StartWhenAvailable>true</StartWhenAvailable>
  </Settings>
  <Actions>
    <Exec><Command>{program}</Command><Arguments>watch --config "{settings}" --once</Arguments></Exec>
  </Actions>
</Task>
"""


def service_unit(settings: Path, *, program: str, secrets: tuple[str, ...] = ()) -> str:
    """The systemd service; secrets are files of root's, which it hands over under their own names."""
    lines = "\n".join(f"LoadCredential={Path(secret).name}:{_word(secret)}" for secret in secrets)
    text = _SERVICE.format(
        program=_word(program),
        settings=_word(settings),
        credentials=lines,
        home="read-only" if _is_home(program) or _is_home(settings) else "yes",
    )
    return text.replace("\n\nAmbient", "\nAmbient")


def timer_unit() -> str:
    """The systemd timer."""
    return _TIMER


def crontab_line(settings: Path, *, program: str) -> str:
    """The line for crontab(5), for systems without systemd."""
    command = f"{_quoted(program)} watch --config {_quoted(settings)} --once --quiet".replace(
        "%", "\\%"
    )  # a % ends the command
    return f"*/{EVERY_MINUTES} * * * * {command}"


def windows_task(settings: Path, *, program: str) -> str:
    """The XML for `schtasks /Create /XML`."""
    return _TASK.format(minutes=EVERY_MINUTES, program=escape(program), settings=escape(str(settings)))


def this_program() -> str:
    """The command that runs netaudit, as an absolute path."""
    return str(Path(sys.argv[0]).absolute())


def install_units(settings: Path, folder: Path, *, program: str, secrets: tuple[str, ...] = ()) -> tuple[Path, Path]:
    """Write the service and the timer into a folder; their paths."""
    service, timer = folder / SERVICE, folder / TIMER
    service.write_text(service_unit(settings, program=program, secrets=secrets))
    timer.write_text(timer_unit())
    return service, timer


def _word(text: str | Path) -> str:
    """One word of a command line in a unit (systemd.service(5), "Command lines")."""
    plain = str(text).replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{plain}"' if " " in plain or plain != str(text) else plain


def _quoted(text: str | Path) -> str:
    return "'" + str(text).replace("'", "'\\''") + "'"


def out_of_reach(settings: Path, *, program: str) -> tuple[str, ...]:
    """Which of these the service's user will not be able to read: what stands in somebody's home."""
    return tuple(str(path) for path in (program, settings) if _is_home(path))


def _is_home(path: str | Path) -> bool:
    return Path(path).is_relative_to("/home") or Path(path).is_relative_to("/root")
