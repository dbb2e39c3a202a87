"""The functions of typed.wit in Python."""
import math

from componentize_py_types import Err, Some
import wit_world
from wit_world.exports import values as v

COLOURS = [v.Colour.RED, v.Colour.GREEN, v.Colour.DARK_BLUE]


class Values(wit_world.exports.Values):
    def invert(self, a, b, c, d, e, f):
        return ~a & 0xFF, ~b, ~c & 0xFFFF, ~d, ~e & 0xFFFFFFFF, ~f

    def next(self, n):
        return n + 1

    def negate(self, n):
        return -n

    def half(self, x, y):
        return x / 2, y / 2

    def opposite(self, b):
        return not b

    def twice(self, text, between):
        return text + between + text

    def reverse(self, bytes):
        return bytes[::-1]

    def change(self, item):
        at = None if item.at is None else v.Point(item.at.y, item.at.x)
        colour = COLOURS[(COLOURS.index(item.type) + 1) % 3]
        return v.Item(item.name.upper(), item.size * 2, sorted(item.tags), at, colour)

    def area(self, shape):
        if isinstance(shape, v.Shape_Empty):
            return 0.0
        return math.pi * shape.value ** 2 if isinstance(shape, v.Shape_Circle) else None

    def double_shape(self, shape):
        if isinstance(shape, v.Shape_Circle):
            return v.Shape_Circle(shape.value * 2)
        if isinstance(shape, v.Shape_Polygon):
            return v.Shape_Polygon([v.Point(p.x * 2, p.y * 2) for p in shape.value])
        if isinstance(shape, v.Shape_Named):
            return v.Shape_Named((shape.value[0] * 2, shape.value[1]))
        return shape

    def complement(self, rights):
        return ~rights & (v.Rights.READ | v.Rights.WRITE | v.Rights.DELETE_ALL)

    def nested(self, value):
        return value

    def divide(self, a, b):
        if b == 0:
            raise Err(v.Fault_BadInput("division by zero"))
        return math.trunc(a / b)

    def check(self, ok):
        if not ok:
            raise Err("not ok")

    def find(self, key):
        if key == "missing":
            raise Err(v.Fault_NotFound())
        return None if key == "none" else v.Item(key, 2**64 - 1, [], None, v.Colour.RED)

    def matrix(self, rows):
        return [row[::-1] for row in rows[::-1]]

    def nothing(self):
        pass


class WitWorld(wit_world.WitWorld):
    def greet(self, name):
        return f"hello, {name}"
