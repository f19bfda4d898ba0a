"""A whole site on servers of its own: web, workers, clock, and a mailbox that everything is sent to."""

from contextlib import contextmanager

import dj_database_url
from celery import Celery
from django.db import connection
from django_celery_beat.models import IntervalSchedule

from accounts.models import Notice
from keysite.tests.processes import PATIENCE, Process, collect_static, free_port, production, wait_until
from keysite.tests.visitor import Visitor

SENDING_PROCESSES = 2  # of a worker: `--concurrency` in docker-compose.yml


class Site:
    """Processes by name: ``web``, ``worker``, ``beat``; with a digit behind it, one more of the same kind."""

    def __init__(self, servers, mailbox, folder):
        self.servers, self.mailbox, self.folder = servers, mailbox, folder
        self.ports = {"web": free_port(), "web2": free_port()}
        self.env = production(
            database=servers.database,
            redis=servers.redis,
            smtp_port=mailbox.port,
            folder=folder,
            port=self.ports["web"],
        )
        self.processes = {}

    def prepare(self):
        """Migrate, collect the static files, and let the clock tick every second."""
        once = Process("migrate", env=self.env, log=self.folder / "log" / "migrate").start()
        assert once.finish() == 0, once.text()
        collect_static(self.env)
        IntervalSchedule.objects.update(every=1, period=IntervalSchedule.SECONDS)

    def run(self, *names, **env):
        """Start what does not run yet, with more or other settings, and return when all of these serve."""
        started = [self.start(name, **env) for name in names if not self.runs(name)]
        for process in started:
            process.wait()

    def runs(self, name):
        return name in self.processes and self.processes[name].is_running

    def pids(self):
        """Which process runs under each name: the same ones after a fault that all of them have survived."""
        return {name: process.popen.pid for name, process in self.processes.items() if process.is_running}

    def __getitem__(self, name):
        return self.processes[name]

    def stop(self, name):
        """End a process at once, if it runs."""
        if self.runs(name):
            self.processes[name].kill()

    def stop_all(self, *, but=()):
        for name in self.processes.keys() - set(but):
            self.stop(name)

    def kill_database(self):
        connection.close()
        self.servers.kill_database()

    def mend(self):
        """All servers run and answer again, whatever a test left behind."""
        self.servers.mend()
        self.mailbox.mend()

    def visitor(self, person=None, web="web"):
        return Visitor(self.ports[web], person=person)

    def call(self, task, **options):
        """Send a task to the queue, as beat does."""
        with Celery(broker=self.broker, set_as_current=False) as queue:
            queue.send_task(task, **options)

    def log(self):
        """What all processes have written."""
        return "".join(file.read_text(errors="replace") for file in (self.folder / "log").iterdir())

    @property
    def broker(self):
        return self.servers.redis.replace("unix://", "redis+socket://", 1).replace("?db=", "?virtual_host=")

    def wait_until_sent(self, seconds=PATIENCE):
        """Return when nothing waits in the outbox any more."""
        wait_until(lambda: not Notice.objects.waiting().exists(), what="all notices are sent", seconds=seconds)

    def start(self, name, **env):
        """Start a process, and do not wait for it."""
        service, log = name.rstrip("0123456789"), self.folder / "log" / name
        self.processes[name] = Process(service, env=self.env | env, log=log, port=self.ports.get(name))
        return self.processes[name].start()


@contextmanager
def our_connection(url):
    """Let the models of this process look at the site's database instead of pytest's."""
    before = dict(connection.settings_dict)
    connection.close()
    connection.settings_dict.update(dj_database_url.parse(url))
    connection.settings_dict["OPTIONS"] = {}
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.clear()
        connection.settings_dict.update(before)
