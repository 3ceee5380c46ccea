"""Falls by rigid-body dynamics: a body of segments and muscles loses its balance and meets floor and furniture."""
