"""The edges: everything that touches a pin, a socket, a disk or a clock, each with a fake that ships with it."""
