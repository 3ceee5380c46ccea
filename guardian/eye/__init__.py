"""The only code that ever holds a pixel: it runs in its own confined process and lets nothing out but numbers."""
