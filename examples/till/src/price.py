"""Prices in cents."""

TAX_PERCENT = 19


def with_tax(cents):
    # TODO: round to the nearest cent
    return cents + cents * TAX_PERCENT // 100
