"""Which currencies and amounts Stripe takes (https://docs.stripe.com/currencies)."""

from tools.shop.payments.errors import invalid

_TAKEN = (
    "usd aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bif bmd bnd bob brl bsd bwp byn bzd cad cdf chf "
    "clp cny cop crc cve czk djf dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gnf gtq gyd hkd hnl htg huf idr "
    "ils inr isk jmd jpy kes kgs khr kmf krw kyd kzt lak lbp lkr lrd lsl mad mdl mga mkd mmk mnt mop mur mvr mwk "
    "mxn myr mzn nad ngn nio nok npr nzd pab pen pgk php pkr pln pyg qar ron rsd rub rwf sar sbd scr sek sgd shp "
    "sle sos srd std szl thb tjs top try ttd twd tzs uah ugx uyu uzs vnd vuv wst xaf xcd xof xpf yer zar zmw bhd "
    "jod kwd omr tnd"
)
_WITHOUT_DECIMALS = "bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf"
_THREE_DECIMALS = "bhd jod kwd omr tnd"
_DECIMALS = dict.fromkeys(_WITHOUT_DECIMALS.split(), 0) | dict.fromkeys(_THREE_DECIMALS.split(), 3)
# "Special cases" of the page above: isk and ugx have no decimals any more and are still written with two, always 00; of
# what has three, the last digit must be 0, since not all of the card networks take it.
_STEPS = {"isk": 100, "ugx": 100, **dict.fromkeys(_THREE_DECIMALS.split(), 10)}
CURRENCIES = frozenset(_TAKEN.split())
_LEAST = {
    "aed": 200, "bgn": 100, "czk": 1500, "dkk": 250, "gbp": 30, "hkd": 400, "huf": 17500, "jpy": 50, "mxn": 1000,
    "myr": 200, "nok": 300, "pln": 200, "ron": 200, "sek": 300, "thb": 1000,
}  # fmt: skip
_LEAST_ELSEWHERE = 50
_MOST = 99_999_999
_SIGNS = {"eur": "€", "usd": "$", "gbp": "£"}


def check(amount: int, currency: str) -> None:
    """Raises what Stripe answers to an amount that no card network would carry."""
    if currency not in CURRENCIES:
        raise invalid(f"Invalid currency: {currency}. Stripe does not support this currency.", param="currency")
    check_step(amount, currency)
    least = _LEAST.get(currency, _LEAST_ELSEWHERE)
    if amount < least:
        message = f"Amount must be at least {text(least, currency)} {currency}"
        raise invalid(message, code="amount_too_small", param="amount")
    if amount > _MOST:
        message = f"Amount must be no more than {text(_MOST, currency)}"
        raise invalid(message, code="amount_too_large", param="amount")


def check_step(amount: int, currency: str) -> None:
    """Also of what is captured or refunded."""
    step = _STEPS.get(currency, 1)
    if amount % step:
        message = f"Invalid amount for {currency}: it must be evenly divisible by {step}."
        raise invalid(message, code="invalid_charge_amount", param="amount")


def text(amount: int, currency: str) -> str:
    """The amount as people write it, for messages."""
    decimals = _DECIMALS.get(currency, 2)
    number = f"{amount // 10**decimals}.{amount % 10**decimals:0{decimals}}" if decimals else str(amount)
    return f"{_SIGNS[currency]}{number}" if currency in _SIGNS else f"{number} {currency.upper()}"
