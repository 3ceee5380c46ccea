"""A real Home Assistant for tests, with the MQTT integration and phones that are none, spoken to through its REST API.

`script/home-assistant` makes the environment that it runs in, and names its `hass` in GUARDIAN_HASS.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, TypeVar

import httpx
from brokers import Told, free_port

HASS = os.environ.get("GUARDIAN_HASS", "")
SECONDS = 90.0
BLUEPRINTS = Path(__file__).resolve().parent.parent / "config" / "home-assistant"
CONFIGURATION = """
http:
  server_host: 127.0.0.1
  server_port: {port}
api:
config:
onboarding:
mobile_app:
automation: !include automations.yaml
logger:
  default: info
"""
ENTRY = {
    "version": 1,
    "minor_version": 5,
    "key": "core.config_entries",
    "data": {
        "entries": [
            {
                "entry_id": "guardian0mqtt",
                "domain": "mqtt",
                "title": "broker",
                "version": 1,
                "minor_version": 2,
                "source": "user",
                "unique_id": None,
                "disabled_by": None,
                "pref_disable_new_entities": False,
                "pref_disable_polling": False,
                "created_at": "2025-01-01T00:00:00+00:00",
                "modified_at": "2025-01-01T00:00:00+00:00",
                "discovery_keys": {},
                "options": {},
                "subentries": [],
                "data": {"broker": "127.0.0.1"},
            }
        ]
    },
}
State = Mapping[str, Any]
T = TypeVar("T")


class Phone:
    """What a phone with the app is to Home Assistant: an address to which it pushes. `pushed` holds what came."""

    def __init__(self) -> None:
        self.pushed = pushed = Told[dict[str, Any]]()

        class Answer(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                pushed(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(201)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *_: object) -> None: ...

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/push"

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class HomeAssistant:
    """`hass` in a directory of its own, connected to the broker on `port` of this machine."""

    def __init__(self, directory: Path, port: int) -> None:
        self._directory, self._port = directory, free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._web = httpx.Client(base_url=f"http://127.0.0.1:{self._port}", timeout=30)
        (directory / ".storage").mkdir(parents=True)
        entry = json.loads(json.dumps(ENTRY))
        entry["data"]["entries"][0]["data"]["port"] = port
        (directory / ".storage" / "core.config_entries").write_text(json.dumps(entry))
        (directory / "configuration.yaml").write_text(CONFIGURATION.format(port=self._port))
        (directory / "automations.yaml").write_text("[]\n")
        shutil.copytree(BLUEPRINTS, directory / "blueprints" / "automation" / "guardian")

    def start(self) -> None:
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        with (self._directory / "stdout").open("ab") as log:
            self._process = subprocess.Popen(
                [HASS, "-c", str(self._directory), "--skip-pip"], stdout=log, stderr=log, env=environment
            )
        try:
            self.wait_for(self._let_in, "somebody to be let in")
        except AssertionError:
            self.stop()
            raise

    def _let_in(self) -> bool:
        """Become the first user, once it answers, and remember the token."""
        who = {"name": "Anna", "username": "anna", "password": "secret", "language": "en", "client_id": "http://here/"}
        try:
            if "Authorization" in self._web.headers:
                return self._web.get("/api/").status_code == 200
            answer = self._web.post("/api/onboarding/users", json=who)
        except httpx.TransportError:
            return False
        if answer.status_code != 200:
            return False
        form = {"grant_type": "authorization_code", "code": answer.json()["auth_code"], "client_id": "http://here/"}
        token = self._web.post("/auth/token", data=form).json()["access_token"]
        self._web.headers["Authorization"] = f"Bearer {token}"
        return True

    def stop(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None

    def close(self) -> None:
        self.stop()
        self._web.close()

    @property
    def log(self) -> str:
        text = (self._directory / "stdout").read_text(errors="replace")
        return re.sub(r"\x1b\[[0-9;]*m", "", text)

    @property
    def complaints(self) -> list[str]:
        """What it logged as a warning or worse, in whole lines."""
        return [line for line in self.log.splitlines() if re.search(r" (WARNING|ERROR|CRITICAL) ", line)]

    def states(self, device: str) -> dict[str, State]:
        """The entities whose name begins with the device's, by the rest of their name."""
        found = self._web.get("/api/states").json()
        names = {state["attributes"].get("friendly_name", ""): state for state in found}
        return {name.removeprefix(f"{device} "): state for name, state in names.items() if name.startswith(device)}

    def render(self, template: str) -> str:
        return self._web.post("/api/template", json={"template": template}).text

    def call(self, service: str, **data: object) -> None:
        answer = self._web.post(f"/api/services/{service.replace('.', '/')}", json=data)
        assert answer.status_code == 200, answer.text

    def fire(self, event: str, **data: object) -> None:
        assert self._web.post(f"/api/events/{event}", json=data).status_code == 200

    def add_phone(self, name: str, phone: Phone) -> str:
        """Register a phone as its app would; the id of its device."""
        said = {
            **dict.fromkeys(("device_id", "device_name"), name),
            **dict.fromkeys(("app_id", "app_name", "app_version", "manufacturer", "model", "os_name"), "test"),
            "os_version": "1",
            "supports_encryption": False,
            "app_data": {"push_token": name, "push_url": phone.address},
        }
        answer = self._web.post("/api/mobile_app/registrations", json=said)
        assert answer.status_code == 201, answer.text
        return self.wait_for(lambda: self.render(f"{{{{ device_id('{name}') or '' }}}}").replace("None", ""), name)

    def automate(self, name: str, blueprint: str, **given: object) -> None:
        """Make an automation of one of our blueprints, as its editor would."""
        body = {"alias": name, "use_blueprint": {"path": f"guardian/{blueprint}.yaml", "input": given}}
        answer = self._web.post(f"/api/config/automation/config/{name}", json=body)
        assert answer.status_code == 200, answer.text
        self.wait_for(lambda: self.render(f"{{{{ states('automation.{name}') }}}}") == "on", f"automation {name}")

    def forget(self, name: str) -> None:
        self._web.delete(f"/api/config/automation/config/{name}")

    def wait_for(self, wanted: Callable[[], T], what: str) -> T:
        """Look again and again, without holding the processor, until it is so."""
        tries, give_up_at = threading.Event(), time.monotonic() + SECONDS
        while time.monotonic() < give_up_at and self._process is not None and self._process.poll() is None:
            if found := wanted():
                return found
            tries.wait(0.1)
        message = f"waited in vain for {what}; it says:\n{self.log[-4000:]}"
        raise AssertionError(message)
