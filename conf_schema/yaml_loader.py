"""A YAML loader that reads scalars as OmegaConf does, which Kedro reads its configuration with."""

from __future__ import annotations

import re
from collections.abc import Hashable
from typing import Any

import yaml

from conf_schema.yaml_tree import merged_into, pairs

__all__ = ["VALUE_TAG", "Loader"]

VALUE_TAG = "tag:yaml.org,2002:value"
"""The tag of the scalar `=`, which is text."""
_FLOAT = re.compile(
    r"""^(?:[-+]?(?:[0-9][0-9_]*)\.[0-9_]*(?:[eE][-+]?[0-9]+)?
        |[-+]?(?:[0-9][0-9_]*)(?:[eE][-+]?[0-9]+)
        |\.[0-9_]+(?:[eE][-+][0-9]+)?
        |[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*
        |[-+]?\.(?:inf|Inf|INF)
        |\.(?:nan|NaN|NAN))$""",
    re.VERBOSE,
)


class Loader(yaml.SafeLoader):
    """Reads a date as text and `1e3` as a number.

    Like PyYAML's other safe loaders, it runs no code. It merges (`<<`) with `pairs`, which places are looked up with
    as well: PyYAML changes the tree, and merges several mappings differently from release to release
    (https://github.com/yaml/pyyaml/issues/953).
    """

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: D102, FBT001, FBT002 - PyYAML's method
        if not isinstance(node, yaml.MappingNode):  # such as `!!map x`
            raise yaml.constructor.ConstructorError(problem="expected a mapping", problem_mark=node.start_mark)
        _check_merges(node)
        mapping: dict[Any, Any] = {}
        for key_node, value_node in pairs(node):
            key = key_node.value if key_node.tag == VALUE_TAG else self.construct_object(key_node, deep=True)
            if not isinstance(key, Hashable):
                raise yaml.constructor.ConstructorError(
                    "while constructing a mapping", node.start_mark, "found unhashable key", key_node.start_mark
                )
            value = self.construct_object(value_node, deep=deep)
            mapping.setdefault(key, value)
        return mapping

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:  # noqa: D102, FBT001, FBT002 - PyYAML's method
        try:
            return super().construct_object(node, deep)
        except (ValueError, LookupError, AttributeError, ArithmeticError) as error:
            # A scalar that does not fit its tag, such as `!!int x`: PyYAML raises whatever its conversion raises.
            kind = node.tag.rpartition(":")[2]
            raise yaml.constructor.ConstructorError(
                problem=f"'{node.value}' is not a valid !!{kind}", problem_mark=node.start_mark
            ) from error


Loader.yaml_implicit_resolvers = {
    key: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith((":timestamp", ":float"))]
    for key, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
Loader.add_implicit_resolver("tag:yaml.org,2002:float", _FLOAT, list("-+0123456789."))


def _check_merges(node: yaml.MappingNode) -> None:
    for merged in merged_into(node):
        if not isinstance(merged, yaml.MappingNode):
            problem = f"expected a mapping for merging, but found a {getattr(merged, 'id', 'node')}"
            raise yaml.constructor.ConstructorError(
                "while constructing a mapping", node.start_mark, problem, merged.start_mark
            )
        _check_merges(merged)
