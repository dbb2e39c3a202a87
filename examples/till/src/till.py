"""The basket."""
from price import with_tax


def total(basket):
    # TODO: discounts
    return sum(with_tax(cents) * count for cents, count in basket)
