"""Checks openapi.yaml by itself: form.py FILE. What is wrong is printed, a line each, and ends with status 1."""

import sys

import yaml
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}
JSON, CBOR, PROBLEM = "application/json", "application/vnd.ipld.dag-cbor", "application/problem+json"
KINDS = ("schemas", "parameters", "headers", "requestBodies", "responses", "links", "examples")
FORM = "application/x-www-form-urlencoded"

# The endpoints of OAuth, whose clients look for ``{"error": …}`` at 400 and 401 (RFC 6749, section 5.2; RFC 7009, section
# 2.2.1; RFC 7662, section 2.3) and find a problem there for a wrong session alone. Of the answer to a revocation they read
# the status only (RFC 7009, section 2.2): it has no body.
OAUTH = {"introspect", "revokeToken"}
EMPTY = {("revokeToken", "200")}

# The answers that tell of a limit, and beside which of the refusals it is told, too.
COUNTED = {"TooManyAttempts": {"401", "429"}, "TooManyImports": {"401", "429"}, "TooManyAccounts": {"429"}}

# What is put under a name need not be there before, so nothing is not found: a name that can be none is unacceptable.
MADE = {"blockViewer"}


class Loader(yaml.SafeLoader):
    """YAML in which no key of a mapping stands twice: the last one would count, and nobody would be told."""

    def construct_mapping(self, node, deep=False):
        seen = set()
        for key, _ in node.value:
            name = self.construct_object(key, deep=True)
            if name in seen:
                raise yaml.MarkedYAMLError(problem=f"{name} stands twice", problem_mark=key.start_mark)
            seen.add(name)
        return super().construct_mapping(node, deep)


def load(path):
    with open(path, encoding="utf-8") as file:
        return yaml.load(file, Loader)


class Form:
    """The findings in one contract."""

    def __init__(self, contract):
        self.contract, self.findings = contract, []
        self.registry = Registry().with_resource("", Resource(contract, DRAFT202012))

    def find(self, place, what):
        self.findings.append(f"{place}: {what}")

    def resolved(self, value):
        while isinstance(value, dict) and "$ref" in value:
            target = self.contract
            for part in value["$ref"].removeprefix("#/").split("/"):
                target = target[part.replace("~1", "/").replace("~0", "~")]
            value = target
        return value

    def all(self):
        for error in OpenAPIV31SpecValidator(self.contract).iter_errors():
            self.find("/".join(map(str, error.absolute_path)), error.message)
        self.components()
        ids = [operation.get("operationId") for _, operation in self.operations()]
        for name in {name for name in ids if ids.count(name) > 1}:
            self.find(name, "stands at more than one operation")
        for place, operation in self.operations():
            self.operation(place, operation)
        return self.findings

    def operations(self):
        for path, item in self.contract["paths"].items():
            for method in (key for key in item if key in METHODS):
                parameters = item.get("parameters", []) + item[method].get("parameters", [])
                yield f"{method.upper()} {path}", item[method] | {"parameters": parameters}

    def bodies(self, kind=JSON):
        """For each operation with a body of the kind, an example of it."""
        found = {}
        for place, operation in self.operations():
            content = self.resolved(operation.get("requestBody", {})).get("content", {})
            for example in self.examples(content.get(kind, {})):
                found.setdefault(place, example)
        return found

    def components(self):
        """Whatever is defined is used, and by something that is used itself."""
        used, waiting = set(), [self.contract["paths"]]
        while waiting:
            value = waiting.pop()
            if isinstance(value, dict):
                reference = value.get("$ref")
                if isinstance(reference, str) and reference not in used:
                    used.add(reference)
                    waiting.append(self.resolved(value))
                waiting += value.values()
            elif isinstance(value, list):
                waiting += value
        for kind in KINDS:
            for name in self.contract["components"].get(kind, {}):
                if f"#/components/{kind}/{name}" not in used:
                    self.find(f"components/{kind}/{name}", "is used by nothing")

    def operation(self, place, operation):
        tags = {tag["name"] for tag in self.contract["tags"]}
        for key in ("operationId", "summary", "tags"):
            if not operation.get(key):
                self.find(place, f"has no {key}")
        for tag in set(operation.get("tags", [])) - tags:
            self.find(place, f"the tag {tag} is not described")
        answers = operation["responses"]
        expected = {"default", "401"}  # a header that is no session is refused everywhere
        if "requestBody" in operation:
            expected |= {"400", "413", "415"}
            body = self.resolved(operation["requestBody"])
            self.content(f"{place}, body", body["content"], both=JSON in body["content"])
        if "{" in place and operation["operationId"] not in MADE:
            expected.add("404")
        for status in sorted(expected - answers.keys()):
            self.find(place, f"says nothing of {status}")
        if not any(status.startswith("2") for status in answers):
            self.find(place, "never succeeds")
        for status, answer in answers.items():
            self.answer(f"{place}, {status}", operation["operationId"], status, self.resolved(answer))
        # Where guesses or accounts are counted, the answers to a right one, a wrong one and one too many say so.
        counted = COUNTED.get(answers.get("429", {}).get("$ref", "").rpartition("/")[2])
        if counted:
            for status in {status for status in answers if status.startswith("2")} | counted:
                for name in {"RateLimit-Policy", "RateLimit"} - self.resolved(answers[status]).get("headers", {}).keys():
                    self.find(f"{place}, {status}", f"has no {name}")

    def answer(self, place, name, status, answer):
        headers, content = answer.get("headers", {}), answer.get("content", {})
        needed = {"": "Request-Id", "2": "Cache-Control", "401": "WWW-Authenticate", "429": "Retry-After"}
        for start, header in needed.items():
            if status.startswith(start) and header not in headers:
                self.find(place, f"has no {header}")
        for header, value in headers.items():
            if not self.resolved(value).get("description"):
                self.find(place, f"{header} is not described")
        if status in ("204", "304") or (name, status) in EMPTY:
            if content:
                self.find(place, "has a body")
        elif status.startswith("2"):
            self.content(place, content, both=JSON in content)
        else:
            kinds = {"400": [JSON], "401": [JSON, PROBLEM]} if name in OAUTH else {}
            if list(content) != kinds.get(status, [PROBLEM]):
                self.find(place, f"is {', '.join(content) or 'nothing'} instead of a problem")
            self.content(place, content, both=False)
            for example in self.examples(content.get(PROBLEM, {})):
                if status not in ("default", str(example.get("status"))):
                    self.find(place, f"the example is of status {example.get('status')}")

    def content(self, place, content, both):
        if not content:
            self.find(place, "has no media type")
        if both and content.get(CBOR, {}).get("schema") != content[JSON].get("schema"):
            self.find(place, "JSON and DAG-CBOR differ")
        for kind, media in content.items():
            if kind not in (JSON, PROBLEM, FORM):
                continue
            examples = list(self.examples(media))
            if not examples:
                self.find(place, f"{kind} has no example")
            for example in examples:
                self.example(f"{place}, example", media.get("schema", {}), example)

    def examples(self, media):
        if "example" in media:
            yield media["example"]
        for example in media.get("examples", {}).values():
            yield self.resolved(example)["value"]

    def example(self, place, schema, example):
        validator = OAS31Validator(self.absolute(schema), registry=self.registry)
        for error in validator.iter_errors(example):
            self.find(place, error.message)

    def absolute(self, schema):
        """The schema with what it may refer to."""
        return {"allOf": [schema], "components": self.contract["components"]}


if __name__ == "__main__":
    try:
        found = Form(load(sys.argv[1])).all()
    except yaml.YAMLError as error:
        found = [str(error).strip()]
    print("\n".join(found) or "openapi.yaml: no finding")
    sys.exit(1 if found else 0)
