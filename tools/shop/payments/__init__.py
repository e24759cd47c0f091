"""A strict stand-in for Stripe's API, for PaymentIntents and refunds by card.

It answers in Stripe's shapes and refuses what Stripe refuses, so that code which works here works there. Its state is
one SQLite file; an answer is sent only after its transaction is committed, so what was acknowledged survives `kill -9`.

Where it differs: a payment method keeps the name it was given with (Stripe makes an id of its own for each test name),
a void makes no refund object, and parameters for what is not modelled (customers, transfers, other methods than cards)
are refused as unknown.
"""
