"""The part of the configuration that says from where the page may be opened."""

import ipaddress
import re
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from guardian.section import Port, Section

_NAME = re.compile(r"(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9_-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9_-]*[A-Za-z0-9])?)*")


def _address(value: str) -> str:
    """Take an IP address, in its usual form."""
    try:
        return str(ipaddress.ip_address(value))
    except ValueError:
        message = (
            "is no address; one such as 127.0.0.1, 192.168.1.20 or 0.0.0.0 would be right (names cannot stand here)"
        )
        raise ValueError(message) from None


def _bare_name(value: str) -> str:
    """Take what stands in the address line of a browser between https:// and the port."""
    if not _NAME.fullmatch(value) or value.lower() == "localhost":
        message = (
            "is no name of a host; one such as guardian.local or home.example.org would be right, without https://"
        )
        raise ValueError(message)
    return value.lower()


class WebTls(Section):
    """The page's own certificate. With `hsts` browsers never come without TLS again, and let nobody pass who does not
    trust the certificate.
    """

    cert_file: Path
    key_file: Path
    hsts: bool = False


class Web(Section):
    """The caregiver's page: on loopback, or in the home's network with TLS of its own or behind a proxy that has it."""

    enabled: bool = True
    host: Annotated[str, AfterValidator(_address)] = Field(
        "127.0.0.1", description="127.0.0.1, or the address of this box such as 192.168.1.20, or 0.0.0.0 for each"
    )
    port: Port = 8377
    tls: WebTls | None = None
    behind_proxy: bool = False
    proxies: tuple[Annotated[str, AfterValidator(_address)], ...] = ("127.0.0.1", "::1")
    allowed_hosts: tuple[Annotated[str, AfterValidator(_bare_name)], ...] = Field((), max_length=16)

    @property
    def exposed(self) -> bool:
        """Whether others than who sits at the box can ask for the page."""
        return self.behind_proxy or not ipaddress.ip_address(self.host).is_loopback

    @model_validator(mode="after")
    def _nobody_listens_in(self) -> "Web":
        if not ipaddress.ip_address(self.host).is_loopback and self.tls is None and not self.behind_proxy:
            message = (
                f"host {self.host} would send passwords and stick figures through the network for everybody to read;"
                " web.tls with cert_file and key_file, or behind_proxy: true with allowed_hosts, would be right"
                " (docs/page.md tells how), or host: 127.0.0.1"
            )
            raise ValueError(message)
        if self.behind_proxy and not self.allowed_hosts:
            message = "behind_proxy is without allowed_hosts; the names by which the proxy is called would be right"
            raise ValueError(message)
        if self.allowed_hosts and not self.exposed:
            message = "allowed_hosts needs tls with another host than 127.0.0.1, or behind_proxy; neither is there"
            raise ValueError(message)
        return self
