"""The checkout under every fault we can think of, by seed: the service's own code against a simulated world.

`python -m tests.orders.simulation SEEDS` runs any number of seeds; `… --seed N` replays one and prints each step.
"""
