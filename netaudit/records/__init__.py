"""Records: captures and bundles, read and written as events; knows no camera."""
