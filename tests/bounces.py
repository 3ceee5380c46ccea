"""placeholder"""
from typing import NamedTuple, TypeAlias
Course: TypeAlias = tuple[tuple[bool, float], ...]
class Contact(NamedTuple):
    closing: Course
    opening: Course
SEALED = Contact(((True, 1.0), (False, 2.0), (True, 1.0), (False, 1.0), (True, 5.0)), ((False, 1.0), (True, 1.0), (False, 1.0)))
