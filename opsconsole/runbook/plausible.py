"""Whether a line is plainly meant for a shell: it begins with a program that somebody would run. Pure."""

from __future__ import annotations

import re
from typing import Final

from opsconsole.runbook.programs import is_known, known_as

_OTHER_NAMES: Final = (
    "aptly argocd az bazel bq brew bundle cargo ceph cf chef-client circleci cmake consul crc dnf doctl dotnet "
    "eksctl etcdctl etcdutl flux func gcc gem gh glab gradle gsutil heroku influx istioctl k9s keytool kind kn "
    "knife kops kubeadm kubectx kubens kustomize linkerd lxc mc microk8s minikube mongo mongosh mvn nats nomad "
    "npm npx oc odo okteto opa openstack packer patronictl pnpm poetry pre-commit puppet pulumi pytest rados "
    "rails rake rbd rclone restic ruff salt serverless skopeo sops stern swift talosctl tilt tox vagrant vault "
    "velero virtctl wal-g yarn ykman zfs zpool "
)
OTHERS: Final = frozenset(_OTHER_NAMES.split())
"""Programs of which no table says what they do, but whose names are no words of a sentence."""
_KEYWORD_NAMES: Final = "for while until if then else elif fi do done case esac select function time export"
_KEYWORDS: Final = frozenset(_KEYWORD_NAMES.split())
_FIRST: Final = re.compile(
    r"\s*(?:(?:sudo|env|nohup|time)\s+(?:-\w+\s+)*)?(?P<sets>(?:[A-Za-z_]\w*=(?:\$\(.*|'[^']*'|\"[^\"]*\"|\S*)(?:\s+|$))*)"
    r"(?P<name>[^\s;|&()<>]*)"
)
_SCRIPT: Final = re.compile(
    r"(?:\.{1,2}|~|\$\w+)(?:/[\w.-]+)*/[\w-]+(?:\.(?:sh|bash|py|rb|pl))?|"
    r"(?:/[\w.-]+)+(?:\.(?:sh|bash)|(?<=bin)/[\w.-]+)|[\w.-]+/[\w-]+\.sh"
)
"""A path to something that is run: it is relative, ends as scripts do, or lies in a `bin`."""
_A_NAME: Final = re.compile(r"[a-z_./~$(\[{!'\"@:][^,]*(?<![,:])|[A-Z_][A-Z0-9_]*\+?=.*")


def plausible(name: str) -> bool:
    """Whether `name` is that of a program, whatever it does; a path to a script is."""
    known = is_known(known_as(name)[0]) and not name.endswith("/")
    return known or name in OTHERS or _SCRIPT.fullmatch(name) is not None


def begins_plausibly(line: str) -> bool:
    """Whether a line begins with a program, an assignment or a word of the shell's own."""
    match = _FIRST.match(line)
    if not match:
        return False
    name = match["name"]
    return plausible(name) or name in _KEYWORDS or bool(match["sets"] and not name)


def could_begin(word: str) -> bool:
    """Whether `word` could be a program at all: the words that outputs begin with often could not."""
    return _A_NAME.fullmatch(word) is not None
