"""Reads the record of a consent as JSON-LD, with a library that others wrote: see docs/consent.md."""

from pyld import jsonld

DPV, DCT = "https://w3id.org/dpv#", "http://purl.org/dc/terms/"
MANDATORY = (
    *(f"{DCT}{name}" for name in ("conformsTo", "identifier")),
    *(f"{DPV}has{name}" for name in ("DataSubject", "DataController", "Jurisdiction", "Notice", "Process")),
    *(f"{DPV}has{name}" for name in ("ConsentControl", "ConsentStatus")),
)


def refuse(url, _):
    raise ValueError(f"{url} would have to be fetched")


def properties(value):
    """How many properties there are in a value, at all depths: expansion leaves out those that the context does not know."""
    if isinstance(value, list):
        return sum(map(properties, value))
    if not isinstance(value, dict):
        return 0
    return sum(properties(item) + (not name.startswith("@")) for name, item in value.items() if name != "@context")


def names(value):
    """All names of properties, things and types in an expanded value."""
    if isinstance(value, list):
        return {name for item in value for name in names(item)}
    if not isinstance(value, dict):
        return {value} if isinstance(value, str) else set()
    found = {name for name in value if not name.startswith("@")}
    return found | {name for key, item in value.items() if key != "@value" for name in names(item)}


def expanded(record):
    """The one node of a record, expanded with nothing but what stands in it; wrong is what others could not read."""
    (node,) = jsonld.expand(record, {"documentLoader": refuse, "processingMode": "json-ld-1.1"})
    if properties(node) != properties(record):
        raise ValueError("properties that the context does not know")
    # A prefix that the context does not have is taken for the scheme of a URI.
    if unknown := {name for name in names(node) if name.partition(":")[0] not in ("http", "https", "urn", "did")}:
        raise ValueError(f"names that the context does not know: {unknown}")
    if missing := set(MANDATORY) - node.keys():
        raise ValueError(f"elements that are missing: {missing}")
    return node


def things(node, *path):
    """The ids or values at the end of a path of properties of DPV."""
    found = [node]
    for name in path:
        found = [item for node in found for item in node.get(name if ":" in name else f"{DPV}{name}", [])]
    return [item.get("@id", item.get("@value")) for item in found]


def statuses(node):
    """The kinds of all states that the consent had."""
    return {kind.removeprefix(DPV) for status in node[f"{DPV}hasConsentStatus"] for kind in status["@type"]}
