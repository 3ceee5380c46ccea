"""The whole appliance on this machine: our own broker, a simulated panel in the terminal, the page, and a film of ours."""
