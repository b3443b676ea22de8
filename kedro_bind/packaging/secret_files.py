"""Remove what must not travel with a model: secret files in its code, and credentials in its requirements."""

from __future__ import annotations

import fnmatch
import re
import shutil
from pathlib import Path

from kedro_bind.errors import LoggingError
from kedro_bind.redaction import has_url_with_secret
from kedro_bind.secret_patterns import without_user_info

__all__ = ["hide_user_info", "remove_secret_files"]

_NAMES = (
    *(
        ".env",
        ".env.*",
        "*.env",
        ".envrc",
        ".netrc",
        "_netrc",
        ".pgpass",
        ".pypirc",
        ".npmrc",
        ".htpasswd",
        ".git-credentials",
    ),
    *("credentials.yml", "credentials.yaml", "credentials.json", "credentials_*.yml", "credentials_*.yaml"),
    *("secrets.yml", "secrets.yaml", "secrets.json", "secrets.toml", "id_rsa", "id_dsa", "id_ecdsa", "id_ed25519"),
    *("*.p12", "*.pfx", "*.jks", "*.keystore", "*.kdbx"),
    *(".git", ".hg", ".svn", ".aws", ".azure", ".gnupg", ".ssh", ".kube", ".docker"),
)
_TEMPLATES = ("*.example", "*.sample", "*.template", "*.dist")
_KEY_SUFFIXES = (".pem", ".key", ".crt", ".cer", ".der", ".json", ".txt", "")
_MOST_BYTES = 65_536
_KEY = re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----")
_REQUIREMENTS = ("requirements.txt", "constraints.txt", "conda.yaml", "python_env.yaml")


def remove_secret_files(code: Path) -> list[str]:
    """Remove secret files from the code that was copied into a model, and return warnings about them.

    They are files whose names are known for secrets, such as `.env` and `credentials.yml`, private keys, and the
    folders of version control, whose history and configuration may contain secrets.
    """
    removed = []
    for path in sorted(code.rglob("*")):
        if path.exists() and _is_secret(path):
            removed.append(path.relative_to(code).as_posix())
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    if not removed:
        return []
    message = f"the model does not contain {', '.join(removed)}, which may contain credentials"
    return [f"{message}; keep such files out of the package"]


def hide_user_info(model: Path) -> list[str]:
    """Remove users and passwords from addresses in the requirements of a saved model, and return warnings about them.

    Raises:
        LoggingError: an address has other credentials, without which pip could not install the requirement.
    """
    changed = []
    for name in _REQUIREMENTS:
        file = model / name
        before = file.read_text(encoding="utf-8") if file.is_file() else ""
        after = without_user_info(before)
        if has_url_with_secret(after):
            raise LoggingError(
                f"the model's {name} has a URL with credentials that are not its user and password"
                "; write them as ${TOKEN}, which pip fills in from an environment variable"
            )
        if after != before:
            file.write_text(after, encoding="utf-8")
            changed.append(name)
    if not changed:
        return []
    message = f"credentials are removed from an address in the model's {' and '.join(changed)}"
    return [f"{message}; write it as https://${{USER}}:${{TOKEN}}@host, which pip fills in from environment variables"]


def _is_secret(path: Path) -> bool:
    name = path.name.lower()
    if any(fnmatch.fnmatch(name, pattern) for pattern in _TEMPLATES):
        return False
    if any(fnmatch.fnmatch(name, pattern) for pattern in _NAMES):
        return True
    if not path.is_file() or path.suffix.lower() not in _KEY_SUFFIXES or path.stat().st_size > _MOST_BYTES:
        return False
    return _KEY.search(path.read_bytes()) is not None
