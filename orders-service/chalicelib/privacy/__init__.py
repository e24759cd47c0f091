"""What this service holds on a person: told on request, forgotten after the person was erased."""
