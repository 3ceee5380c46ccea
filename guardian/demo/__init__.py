"""The whole appliance on this machine: our own broker, a simulated panel, the page, and a film of ours."""
