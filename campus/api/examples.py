"""Examples for the OpenAPI document: made from the schemas, so that they cannot disagree with them."""

from __future__ import annotations

from typing import Any

WORDS = {
    "date-time": "2026-11-22T12:00:00Z",
    "date": "2999-06-30",
    "uri-reference": "/posts/4711",
    "uuid": "0b9f6a52-6f0c-4c55-9d0e-2f6f0a8e7d11",
}


def example_of(schema: dict[str, Any], components: dict[str, Any]) -> Any:
    """A value that keeps to the schema: the one it names itself, else one made of its parts."""
    if "$ref" in schema:
        return example_of(components[schema["$ref"].rpartition("/")[2]], components)
    if schema.get("examples"):
        return schema["examples"][0]
    for named in ("const", "default"):
        if schema.get(named) is not None:
            return schema[named]
    if "enum" in schema:
        return schema["enum"][0]
    if "anyOf" in schema:
        return example_of(schema["anyOf"][0], components)
    return _by_type(schema, components)


def _by_type(schema: dict[str, Any], components: dict[str, Any]) -> Any:
    match schema.get("type"):
        case "object":
            return {name: example_of(part, components) for name, part in schema.get("properties", {}).items()}
        case "array":
            return [example_of(schema["items"], components)]
        case "integer" | "number":
            return max(schema.get("minimum", 0), schema.get("exclusiveMinimum", -1) + 1)
        case "boolean":
            return True
        case "null":
            return None
        case _:
            return WORDS.get(schema.get("format", ""), "A few words")
