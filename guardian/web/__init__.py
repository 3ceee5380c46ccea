"""The caregiver's page: stick figures, the alarm in large type, and the buttons that end it."""
