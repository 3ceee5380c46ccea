"""What whoever builds a box looks at: the pins, the wiring, and what a camera sees from where it hangs."""
