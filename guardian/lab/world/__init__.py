"""A simulated world: people who live and fall in rooms, seen as 17 keypoints by a finder that errs as MoveNet does."""
