"""The canary: a picture that is known, filmed by a camera of the lab, and looked for wherever no picture may be."""
