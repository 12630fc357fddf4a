"""Lifelike, concurrent traffic on one node, and what really happened: who has which pseudonym.

People come over the whole run. Each comes back some times: logs in, answers the inbox, publishes in two or three modules
one after the other, asks others, now and then showing something in return, reads what was granted, renews it or gives it
back, edits the profile, revokes, blocks, logs out. The order is random, from one seed; the threads make it more so."""

import base64
import random
import secrets
import threading
import time
from collections import Counter

from node import MODULES, Caller, Refusal, Unreached, address, bytes_of

FIELDS = ("name", "email", "phone_number", "address", "website")
WORDS = "small red green old fast quiet light round bicycle table boat room tent piano ladder lamp".split()


class Truth:
    """What the driver alone knows. Filled from the answers of the API, by many threads."""

    def __init__(self):
        self.lock = threading.Lock()
        self.accounts = []  # handles, as they were made
        self.pseudonyms = {}  # (handle, module) -> did
        self.grants = []  # containers of grants, in which the disclosure ids stand
        self.requests = []  # (CID of the request, owner's did)
        self.made = {}  # handle or did -> seconds since the epoch, at which it was first there
        self.calls, self.refused = 0, Counter()

    def made_account(self, handle):
        with self.lock:
            self.accounts.append(handle)
            self.made[handle] = time.time()

    def published(self, handle, module, did):
        with self.lock:
            self.pseudonyms.setdefault((handle, module), did)
            self.made.setdefault(did, time.time())


class Person:
    """One account; its visits are made one after the other, by whatever thread is free."""

    def __init__(self, number, seed):
        self.random = random.Random(f"{seed}/{number}")
        letters = "abcdefghijklmnopqrstuvwxyz"
        self.source = address(number)
        self.handle = "".join(self.random.choices(letters, k=self.random.randint(6, 12))) + str(number)
        self.passphrase = secrets.token_urlsafe(12)
        self.modules = self.random.sample(MODULES, len(MODULES))
        self.lock, self.token, self.visits = threading.Lock(), None, 0
        self.sent, self.picture = [], self.random.random() < 0.04


class Traffic:
    """The visits of all people to one node, in a random order."""

    def __init__(self, node, accounts, seed, threads):
        self.node, self.truth, self.threads = node, Truth(), threads
        self.random = random.Random(f"{seed}/order")
        self.people = [Person(number, seed) for number in range(accounts)]
        self.offers, self.lock, self.failure = [], threading.Lock(), None
        self.plan, self.done = self.schedule(), 0

    def schedule(self):
        """Who comes when: arrivals over the run, then one to three more visits; the last ones while the copy is made."""
        visits = []
        for person in self.people:
            arrival = self.random.uniform(0, 0.8)
            again = [self.random.uniform(arrival, 0.94) for _ in range(self.random.randint(1, 3))]
            visits += [(moment, person) for moment in [arrival, *again]]
            if self.random.random() < 0.2:
                visits.append((self.random.uniform(0.95, 1), person))
        visits.sort(key=lambda visit: visit[0])
        return visits

    def run(self, until):
        """Makes the visits up to a part of the run, in several threads."""
        threads = [threading.Thread(target=self.work, args=(until,)) for _ in range(self.threads)]
        for thread in threads:
            thread.start()
        return threads

    def work(self, until):
        try:
            while self.failure is None:
                with self.lock:
                    if self.done >= len(self.plan) or self.plan[self.done][0] > until:
                        return
                    moment, person = self.plan[self.done]
                    self.done += 1
                with person.lock:
                    caller = Caller(self.node, person.source)
                    self.visit(person, caller, all_modules=moment > 0.8 or person.visits >= 1)
                    caller.close()
        except Exception as error:  # told by the thread that waits
            self.failure = error

    def call(self, caller, person, method, path, body=None):
        with self.truth.lock:
            self.truth.calls += 1
        return caller.call(method, path, body, person.token)

    def attempt(self, caller, person, method, path, body=None):
        """A call that may be refused: someone else was faster, or a restart came between."""
        try:
            return self.call(caller, person, method, path, body)
        except Refusal as refusal:
            if refusal.problem in ("malformed", "unacceptable", "failed"):
                raise
            with self.truth.lock:
                self.truth.refused[refusal.problem] += 1
            return None

    def insist(self, caller, person, method, path, body=None):
        """A call that what follows builds on: made anew where a restart left open what came of it."""
        for _ in range(20):
            try:
                return self.call(caller, person, method, path, body)
            except Refusal as refusal:
                if refusal.problem not in ("answer-unknown", "busy", "idempotency-key-in-use", "not-ready"):
                    raise
        raise Unreached

    # One visit.

    def visit(self, person, caller, all_modules):
        self.come_in(person, caller)
        if person.visits == 0:
            self.edit(person, caller, FIELDS, call=self.insist)
        else:
            self.answer_inbox(person, caller)
        missing = [module for module in person.modules if (person.handle, module) not in self.truth.pseudonyms]
        count = len(missing) if all_modules else person.random.randint(2, 3)
        for module in missing[:count]:
            self.publish(person, caller, module)
        if not missing and person.random.random() < 0.5:
            for module in person.random.sample(person.modules, person.random.randint(1, 2)):
                self.publish(person, caller, module)
        for _ in range(person.random.choice((0, 1, 1, 2, 3))):
            self.ask(person, caller)
        if person.visits > 0:
            if person.random.random() < 0.6:
                self.read(person, caller)
            if person.random.random() < 0.35:
                self.edit(person, caller, person.random.sample(FIELDS, 2))
            if person.random.random() < 0.25:
                self.revoke(person, caller)
        person.visits += 1
        if person.random.random() < 0.8:
            self.attempt(caller, person, "DELETE", "/v1/session")
            person.token = None

    def come_in(self, person, caller):
        if person.token:
            return
        credentials = {"handle": person.handle, "passphrase": person.passphrase}
        if person.visits == 0:
            try:
                person.token = self.call(caller, person, "POST", "/v1/accounts", credentials)["token"]
            except Refusal as refusal:  # made, and the answer was lost in a restart
                if refusal.problem != "conflict":
                    raise
        if not person.token:
            person.token = self.call(caller, person, "POST", "/v1/session", credentials)["token"]
        if person.visits == 0:
            self.truth.made_account(person.handle)

    def edit(self, person, caller, fields, call=None):
        text = {name: " ".join(person.random.choices(WORDS, k=person.random.randint(2, 8))) for name in fields}
        if "email" in text:
            text["email"] = f"{secrets.token_hex(4)}@example.org"
        if "phone_number" in text:
            text["phone_number"] = f"+49 {person.random.randint(10**6, 10**9)}"
        if "website" in text:
            text["website"] = "https://example.org/" + secrets.token_hex(6)
        if person.picture and person.visits == 0:
            picture = b"\x89PNG\r\n\x1a\n" + secrets.token_bytes(person.random.randint(20_000, 200_000))
            text["picture"] = {"/": {"bytes": base64.b64encode(picture).decode().rstrip("=")}}
        (call or self.attempt)(caller, person, "PATCH", "/v1/profile", {"fields": text})

    def publish(self, person, caller, module):
        words = " ".join(person.random.choices(WORDS, k=person.random.randint(1, 12)))
        body = {"body": {"title": words, "price": person.random.randint(1, 9_999)}}
        made = self.attempt(caller, person, "POST", f"/v1/modules/{module}/objects", body)
        if made:
            self.truth.published(person.handle, module, made["pseudonym"])
            with self.lock:
                self.offers.append((module, made["id"], person.handle))

    def ask(self, person, caller):
        with self.lock:
            recent = self.offers[-60:] if person.random.random() < 0.5 else self.offers
            others = [offer for offer in recent if offer[2] != person.handle]
        if not others:
            return
        module, offer, _ = person.random.choice(others)
        fields = person.random.sample(FIELDS, person.random.randint(1, 4))
        duration = 86_400 * person.random.randint(20, 300)
        body = {"module": module, "object": offer, "fields": fields, "purpose": "to see it", "duration": duration}
        if person.random.random() < 0.3:
            body["message"] = " ".join(person.random.choices(WORDS, k=person.random.randint(3, 60)))
        shown = person.random.random()
        if shown < 0.15:
            fields = person.random.sample(FIELDS, person.random.randint(1, 3))
            body["in_return"] = {"kind": "grant", "fields": fields, "duration": duration}
        elif shown < 0.25:
            body["in_return"] = {"kind": "history"}
        sent = self.attempt(caller, person, "POST", "/v1/requests", body)
        if sent:
            self.sent(person, sent)
            if person.random.random() < 0.05:
                self.attempt(caller, person, "DELETE", f"/v1/requests/{sent['id']}")

    def sent(self, person, request):
        person.sent.append(request["id"])
        with self.truth.lock:
            self.truth.requests.append((request["id"], request["owner"]))

    def answer_inbox(self, person, caller):
        inbox = self.attempt(caller, person, "GET", "/v1/inbox") or {"requests": []}
        for item in inbox["requests"]:
            chance, path = person.random.random(), f"/v1/inbox/{item['id']}"
            if chance < 0.7:
                fields = item["fields"][: person.random.randint(1, len(item["fields"]))]
                approval = {"fields": fields, "duration": item["duration"]}
                self.attempt(caller, person, "POST", f"{path}/approve", approval)
            elif chance < 0.85:
                self.attempt(caller, person, "POST", f"{path}/deny", {"silent": chance < 0.75})
            elif chance < 0.88:
                self.attempt(caller, person, "POST", f"{path}/block", {"node": False})

    def read(self, person, caller):
        chosen = person.random.sample(person.sent, min(2, len(person.sent)))
        if person.random.random() < 0.2:
            listed = (self.attempt(caller, person, "GET", "/v1/requests") or {"requests": []})["requests"]
            chosen += [request["id"] for request in listed if "in_return_for" in request][:2]
        for identifier in chosen:
            path = f"/v1/requests/{identifier}"
            request = self.attempt(caller, person, "GET", path)
            if not request or request["state"] not in ("approved", "narrowed"):
                continue
            with self.truth.lock:
                self.truth.grants.append((bytes_of(request["container"]), request["owner"]))
            self.attempt(caller, person, "POST", f"{path}/read", {"fields": request["granted"]})
            chance = person.random.random()
            if chance < 0.1:
                renewed = self.attempt(caller, person, "POST", f"{path}/renew", {"duration": 86_400 * 30})
                if renewed:
                    self.sent(person, renewed)
            elif chance < 0.2:
                self.attempt(caller, person, "POST", f"{path}/return")

    def revoke(self, person, caller):
        grants = (self.attempt(caller, person, "GET", "/v1/grants") or {"grants": []})["grants"]
        live = [grant for grant in grants if grant["state"] == "active"]
        if not live:
            return
        chosen = person.random.choice(live)
        if person.random.random() < 0.3:
            self.attempt(caller, person, "POST", "/v1/grants/revoke", {"viewer": chosen["viewer"]})
        else:
            self.attempt(caller, person, "DELETE", f"/v1/grants/{chosen['id']}")


def wait_for(traffic, threads):
    for thread in threads:
        while thread.is_alive():
            thread.join(0.5)
    if traffic.failure is not None:
        raise RuntimeError(f"traffic ended: {traffic.failure!r}") from traffic.failure

