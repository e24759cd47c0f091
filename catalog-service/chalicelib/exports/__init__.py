"""Products into files, in the form that imports read."""
