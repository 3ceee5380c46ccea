"""What measures and improves the product: rendered homes, recordings, figures of merit; never part of an alarm."""
