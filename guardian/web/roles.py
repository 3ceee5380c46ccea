"""What somebody may do on the page: one table of every route, and nothing is reachable that is not in it."""

from enum import Enum


class Role(str, Enum):
    """Caregivers see the home and answer its alarms; installers may also change the box."""

    CAREGIVER = "caregiver"
    INSTALLER = "installer"
