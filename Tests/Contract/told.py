"""What a story says is seen, or it has failed."""

from people import Refusal


class Failed(Exception):
    """Something else was seen than was told."""


def expect(found, wanted, what):
    if found != wanted:
        raise Failed(f"{what}: {found!r} instead of {wanted!r}")


def refused(problem, call, *arguments):
    """The call has to be refused with this problem."""
    try:
        found = call(*arguments)
    except Refusal as refusal:
        return expect(refusal.problem, problem, "the refusal")
    raise Failed(f"{found!r} instead of the refusal {problem}")
