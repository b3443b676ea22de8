"""The places that MLflow keeps runs and models in, real ones, on this machine."""

from __future__ import annotations

import functools
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.kedro_project import clean_environment
from tests.servers import free_port, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

SECRETS = {"key": "AKIAOURSTORESTEST", "secret": "s3cr3t-of-the-stores-test"}
"""The credentials of the S3 server."""


@contextmanager
def s3(folder: Path, *buckets: str) -> Iterator[str]:
    """Serve S3 with these buckets, and give the address."""
    address = f"http://127.0.0.1:{(port := free_port())}"
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with serving(command, f"{address}/moto-api/", folder, clean_environment()):
        client = s3_client(address)
        for bucket in buckets:
            client.create_bucket(Bucket=bucket)
        yield address


@functools.cache  # making one takes a second
def s3_client(address: str):
    """Return a client of the S3 server."""
    import boto3

    keys = {"aws_access_key_id": SECRETS["key"], "aws_secret_access_key": SECRETS["secret"]}
    return boto3.client("s3", endpoint_url=address, region_name="us-east-1", **keys)


def keys_of(address: str, bucket: str) -> list[str]:
    """Return the keys of all objects in a bucket."""
    return [entry["Key"] for entry in s3_client(address).list_objects_v2(Bucket=bucket).get("Contents", [])]


@contextmanager
def tracking_server(folder: Path, empty_store: Path) -> Iterator[str]:
    """Serve MLflow with proxied artifacts, and give the address."""
    shutil.copy(empty_store, folder / "mlflow.db")
    address = f"http://127.0.0.1:{(port := free_port())}"
    options = ["--host", "127.0.0.1", "--port", str(port), "--workers", "1", "--serve-artifacts"]
    stores = ["--backend-store-uri", f"sqlite:///{folder}/mlflow.db", "--artifacts-destination", str(folder / "files")]
    command = [sys.executable, "-m", "mlflow", "server", *options, *stores]
    environment = clean_environment(MLFLOW_SERVER_ENABLE_JOB_EXECUTION="false")
    with serving(command, f"{address}/health", folder, environment):
        yield address


@contextmanager
def postgres() -> Iterator[str]:
    """Run PostgreSQL with an empty database that asks for a password, and give its URI."""
    programs = postgres_programs()
    if programs is None:
        pytest.skip("PostgreSQL's server is not installed: 'apt-get install postgresql' installs it")
    # Not one of pytest's folders: those are closed to the account that the server runs under.
    with tempfile.TemporaryDirectory(prefix="kedro-bind-postgres-") as home:
        folder, port, password = Path(home), free_port(), secrets.token_hex(8)
        (folder / "password").write_text(password)
        account: dict[str, str] = {}
        if os.geteuid() == 0:  # as whom PostgreSQL refuses to run
            account = {"user": "nobody", "group": "nogroup"}
            shutil.chown(folder, **account)

        def control(program: str, *arguments: str) -> None:
            command = [programs / program, "-D", folder / "data", *arguments]
            with (folder / "said.txt").open("a+") as output:
                result = subprocess.run(command, cwd=folder, stdout=output, stderr=output, check=False, **account)
                assert result.returncode == 0, (folder / "said.txt").read_text()

        control("initdb", "-U", "mlflow", "-A", "scram-sha-256", "--pwfile", str(folder / "password"), "--no-sync")
        options = f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories= -c fsync=off"
        control("pg_ctl", "-w", "-o", options, "start")
        try:
            # Which driver `postgresql://` stands for depends on the version of SQLAlchemy.
            yield f"postgresql+psycopg2://mlflow:{password}@127.0.0.1:{port}/postgres"
        finally:
            control("pg_ctl", "-w", "-m", "immediate", "stop")


def postgres_programs() -> Path | None:
    """Find the folder of PostgreSQL's programs; Debian keeps them, a folder for each version, off the path."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    if on_path:
        found.append(Path(on_path).resolve())
    return found[-1].parent if found else None
