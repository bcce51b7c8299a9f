"""Scrubbing: what names a device, a place or a person is taken out of recordings, so that they can be shared."""
