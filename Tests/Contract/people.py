"""People who use a node over HTTP, with a client that others wrote."""

import secrets

import httpx
from nodes import MODULE

PASSPHRASE = "correct horse battery staple"


class Refusal(Exception):
    """An answer that is a problem: its status and its name."""

    def __init__(self, status, problem):
        super().__init__(f"{status} {problem}")
        self.status, self.problem = status, problem


def somewhere():
    """An address that guesses come from."""
    return ".".join(str(secrets.randbelow(254) + 1) for _ in range(4))


def handle():
    return "p" + secrets.token_hex(8)


class Client:
    """Calls without a session."""

    def __init__(self, url):
        self.http = httpx.Client(base_url=url, timeout=120)
        self.token = None

    def send(self, method, path, body=None, **more):
        """The answer as it comes; `more` goes to the client."""
        headers = {"X-Forwarded-For": somewhere(), "If-Match": "*"} | more.pop("headers", {})
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        if body is not None:
            more["json"] = body
        return self.http.request(method, path, headers=headers, **more)

    def call(self, method, path, body=None, **more):
        """The value of an answer. A problem is raised as a ``Refusal``."""
        answer = self.send(method, path, body, **more)
        if answer.status_code >= 400:
            raise Refusal(answer.status_code, answer.json()["type"].removeprefix("urn:dump:problem:"))
        return answer.json() if answer.content else None

    def fetch(self, path):
        """The bytes of an answer that is no value."""
        return self.send("GET", path).raise_for_status().content


class Person(Client):
    """Someone with an account of their own, and a session."""

    def __init__(self, url, name=None):
        super().__init__(url)
        self.handle = name or handle()
        made = self.call("POST", "/v1/accounts", {"handle": self.handle, "passphrase": PASSPHRASE})
        self.token, self.code = made["token"], made["recovery"]

    def describe(self, **fields):
        return self.call("PATCH", "/v1/profile", {"fields": fields})["fields"]

    def publish(self, title="A small red car", **more):
        """Publishes an object: what the node answers."""
        return self.call("POST", f"/v1/modules/{MODULE}/objects", {"body": {"title": title}} | more)

    def ask(self, object_id, *fields, days=30):
        """Asks the publisher of an object: the request's id."""
        body = {"module": MODULE, "object": object_id, "fields": list(fields), "purpose": "to see it"}
        return self.call("POST", "/v1/requests", body | {"duration": days * 86_400})["id"]

    def approve(self, request, *fields, days=7, **more):
        body = {"fields": list(fields), "duration": days * 86_400} | more
        return self.call("POST", f"/v1/inbox/{request}/approve", body)["grant"]

    def revoke_all(self, **choice):
        """Revokes many grants at once: how many it were."""
        return self.call("POST", "/v1/grants/revoke", choice)["revoked"]

    def asks(self):
        """The ids of the requests that wait in the inbox."""
        return {item["id"] for item in self.call("GET", "/v1/inbox")["requests"]}

    def read(self, request, *fields):
        return self.call("POST", f"/v1/requests/{request}/read", {"fields": list(fields)})["fields"]
