"""What a method is: a name, what it guesses, what it looks at, and its guesses."""

from dataclasses import dataclass

ACCOUNT, PARTNER = "account → pseudonym", "pseudonym → pseudonym"


@dataclass
class Method:
    name: str
    link: str
    looks: str
    matchings: list
