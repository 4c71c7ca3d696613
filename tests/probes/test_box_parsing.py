"""The kernel's files about the box, as different machines write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsconsole.probes import boxfiles
from opsconsole.probes.boxfiles import Memory, parse_mountinfo, worth_watching

UBUNTU = r"""
21 28 0:20 / /sys rw,nosuid,nodev,noexec,relatime shared:7 - sysfs sysfs rw
22 28 0:21 / /proc rw,nosuid,nodev,noexec,relatime shared:14 - proc proc rw
23 28 0:5 / /dev rw,nosuid,relatime shared:2 - devtmpfs udev rw,size=1977828k
25 28 0:23 / /run rw,nosuid,nodev,noexec,relatime shared:5 - tmpfs tmpfs rw,size=403092k
28 1 252:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw,discard,errors=remount-ro
31 21 0:27 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:9 - cgroup2 cgroup2 rw
55 28 7:0 / /snap/core20/1974 ro,nodev,relatime shared:27 - squashfs /dev/loop0 ro
60 28 252:15 / /boot/efi rw,relatime shared:31 - vfat /dev/vda15 rw,fmask=0022
64 28 252:32 / /var/lib/docker rw,relatime shared:33 - xfs /dev/vdc rw,prjquota
70 64 0:48 / /var/lib/docker/overlay2/ab12/merged rw,relatime shared:40 - overlay overlay rw,lowerdir=x
75 28 252:1 /srv/data /home/deploy/data rw,relatime shared:1 - ext4 /dev/vda1 rw,discard
80 28 0:50 / /mnt/backup\040disk rw,relatime shared:44 - nfs4 10.0.0.5:/export rw,vers=4.2,hard
85 28 0:51 / /mnt/box rw,nosuid,nodev - fuse.sshfs deploy@box:/ rw
90 25 0:52 / /run/user/1000 rw,nosuid,nodev - tmpfs tmpfs rw
"""


def watched(text: str) -> list[str]:
    """The paths worth watching of a recorded machine."""
    return [mount.path for mount in worth_watching(parse_mountinfo(text))]


def test_real_file_systems_are_watched_once_each() -> None:
    assert watched(UBUNTU) == ["/", "/boot/efi", "/mnt/backup disk", "/mnt/box", "/var/lib/docker"]


def test_of_two_mounts_of_one_device_the_one_that_shows_all_of_it_is_watched() -> None:
    text = "1 0 8:1 /part /a rw - ext4 /dev/sda1 rw\n2 0 8:1 / /mnt/whole/disk rw - ext4 /dev/sda1 rw\n"
    assert watched(text) == ["/mnt/whole/disk"]


def test_a_mount_that_another_one_hides_is_not_watched() -> None:
    text = "1 0 8:1 / / rw - ext4 /dev/sda1 rw\n2 1 8:2 / /srv rw - ext4 /dev/sda2 rw\n3 2 0:9 / /srv rw - tmpfs t rw\n"
    assert watched(text) == ["/"]


def test_in_a_container_the_root_is_watched_and_not_the_files_that_the_engine_binds_into_it() -> None:
    text = (
        "1 0 0:48 / / rw - overlay overlay rw,lowerdir=x\n"
        "2 1 8:1 /var/lib/docker/containers/ab/hosts /etc/hosts rw - ext4 /dev/sda1 rw\n"
        "3 1 8:1 /var/lib/docker/containers/ab/resolv.conf /etc/resolv.conf rw - ext4 /dev/sda1 rw\n"
        "4 1 8:1 /srv/uploads /app/uploads rw - ext4 /dev/sda1 rw\n"
    )
    assert watched(text) == ["/", "/app/uploads"]


def test_what_is_available_is_estimated_on_a_kernel_that_does_not_say() -> None:
    old = "MemTotal: 1000 kB\nMemFree: 100 kB\nBuffers: 20 kB\nCached: 300 kB\nHugePages_Total: 0\n"
    assert boxfiles.parse_meminfo(old) == Memory(1000 << 10, 420 << 10, 0, 0)


@pytest.mark.parametrize(
    ("text", "files"),
    [
        ("1664\t0\t97816\n", (1664, 97816)),
        ("1664\t64\t97816\n", (1600, 97816)),
        ("3040\t0\t9223372036854775807\n", (3040, None)),
        ("", None),
        ("many\tfew\tnone\n", None),
    ],
)
def test_open_files_and_their_limit_if_there_is_one(text: str, files: tuple[int, int | None] | None) -> None:
    assert boxfiles.parse_file_nr(text) == files


@pytest.mark.parametrize(
    ("text", "stalled"),
    [
        ("some avg10=12.34 avg60=5.00 avg300=1.00 total=99\nfull avg10=1.00 avg60=0 avg300=0 total=1\n", 12.34),
        ("full avg10=1.00 avg60=0.00 avg300=0.00 total=1\n", None),
        ("some avg60=5.00\n", None),
        ("", None),
    ],
)
def test_pressure_is_that_of_some_task_over_ten_seconds(text: str, stalled: float | None) -> None:
    assert boxfiles.parse_pressure(text) == stalled


def test_a_box_has_a_cpu_even_where_none_is_listed() -> None:
    assert boxfiles.parse_stat("cpu  1 2 3\n") == (1, None)


@given(st.text())
def test_whatever_the_files_hold_the_optional_ones_are_read_without_a_fault(text: str) -> None:
    worth_watching(parse_mountinfo(text))
    boxfiles.parse_meminfo(text)
    boxfiles.parse_pressure(text)
    boxfiles.parse_file_nr(text)
    boxfiles.parse_stat(text)
