"""The processes: nodes of the platform, and PostgreSQL, which can be killed and started again."""

import glob
import os
import pathlib
import re
import shutil
import signal
import subprocess
import time
import tomllib

BINARY = os.environ["KIPPU_PLATFORM"]
START_SECONDS = 60


class Node:
    """One `platform-center serve`."""

    def __init__(self, data, database, log, faketime=None):
        self.data, self.database, self.log, self.faketime = data, database, log, faketime
        self.process = None
        # The port stays, so that customers come back to the same address.
        self.listen = "127.0.0.1:0"

    def start(self):
        # All customers come by a few kiosks here.
        environment = dict(os.environ, RUST_LOG="warn", KIPPU_LIMITS_CALLER_PER_SECOND="0")
        if self.faketime:
            environment |= {
                "LD_PRELOAD": libfaketime(),
                "FAKETIME_TIMESTAMP_FILE": str(self.faketime),
                "FAKETIME_NO_CACHE": "1",
                "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            }
        words = [BINARY, "serve", "--listen", self.listen, "--data", str(self.data)]
        if self.database:
            words += ["--database", self.database]
        end = time.monotonic() + START_SECONDS
        while True:
            with open(self.log, "ab") as log:
                self.process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=log, env=environment)
            line = self.process.stdout.readline().decode()
            if line.startswith("listening on "):
                self.listen = line.split()[-1].removeprefix("http://")
                return
            self.process.wait()
            if time.monotonic() > end:
                raise SystemExit(f"a node does not start: {pathlib.Path(self.log).read_text()[-2000:]}")
            time.sleep(0.1)

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    @property
    def runs(self):
        return self.process is not None and self.process.poll() is None


class Postgres:
    """The server that script/with-postgres has started."""

    def __init__(self):
        self.address = os.environ["KIPPU_TEST_POSTGRES"]
        self.folder = pathlib.Path(re.search(r"host=(\S+)", self.address)[1])
        self.port = re.search(r"port=(\d+)", self.address)[1]
        self.pid = int(os.environ["KIPPU_TEST_POSTGRES_PID"])
        self.words = pathlib.Path(f"/proc/{self.pid}/cmdline").read_bytes().decode().split("\0")[:-1]
        # With a log of its own, and one row of this process' doing.
        self.own = None

    def make(self, name):
        """An empty database; its address."""
        words = ["psql", "--no-psqlrc", "--quiet", "--command", f"CREATE DATABASE {name}", f"{self.address} dbname=postgres"]
        subprocess.run(words, check=True)
        return f"{self.address} dbname={name}"

    def kill(self):
        os.kill(self.pid, signal.SIGKILL)
        if self.own:
            self.own.wait()

    def kill_worker(self):
        """Kills a process that serves a connection: the server ends all others and recovers by itself."""
        question = "SELECT pid FROM pg_stat_activity WHERE application_name = 'kippu' ORDER BY random() LIMIT 1"
        words = ["psql", "--no-psqlrc", "--tuples-only", "--no-align", "--command", question, f"{self.address} dbname=postgres"]
        told = subprocess.run(words, capture_output=True, text=True).stdout.strip()
        if told:
            os.kill(int(told), signal.SIGKILL)

    @property
    def runs(self):
        if self.own:
            return self.own.poll() is None
        return os.path.exists(f"/proc/{self.pid}")

    def ready(self):
        """Until it takes connections again; it is started where it has ended."""
        end = time.monotonic() + START_SECONDS
        while True:
            if not self.runs:
                self.start()
            if subprocess.run(["pg_isready", "--quiet", f"--host={self.folder}", f"--port={self.port}", "--username=kippu"]).returncode == 0:
                return
            if time.monotonic() > end:
                raise SystemExit(f"PostgreSQL does not start: {(self.folder / 'log').read_text()[-2000:]}")
            time.sleep(0.1)

    def start(self):
        user = ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--clear-groups"] if os.geteuid() == 0 else []
        with open(self.folder / "log", "ab") as log:
            self.own = subprocess.Popen(user + self.words, stdout=log, stderr=log, cwd=self.folder)
        self.pid = self.own.pid

    def stop(self):
        """Ends what was started here; what script/with-postgres started, it ends itself."""
        if self.own and self.own.poll() is None:
            self.own.send_signal(signal.SIGINT)
            self.own.wait()


def libfaketime():
    for found in glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1"):
        return found
    raise SystemExit("libfaketime is missing: script/setup installs it")


def seed(data, database):
    words = [BINARY, "seed", "demo", "--data", str(data)] + (["--database", database] if database else [])
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=dict(os.environ, RUST_LOG="warn"))


def further(data, number):
    """The folder of another node: the same keys."""
    other = data.parent / f"{data.name}-{number}"
    other.mkdir()
    shutil.copytree(data / "keys", other / "keys")
    return other


def token(data, terminal):
    return tomllib.loads((data / "terminals" / f"{terminal}.toml").read_text())["token"]
