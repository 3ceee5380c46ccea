"""Guardian: falls seen as stick figures, and a human told.

A camera gives frames                   guardian.eye.camera
MoveNet turns each into poses           guardian.eye.movenet    (no picture goes beyond this line)
poses are followed as tracks            guardian.tracking
a track is a person, or unknown         guardian.identity
a person has a posture                  guardian.posture
a descent that stays down is a fall     guardian.falls
stillness beyond the usual is an event  guardian.behaviour
events open an incident, with a life    guardian.alarm
its commands reach lamp, siren, phones  guardian.io, guardian.web
"""

__version__ = "0.1.0"
