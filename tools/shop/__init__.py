"""The developer's and operator's command line: the whole shop on one machine."""
