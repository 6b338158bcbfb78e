"""Fit the trees that weigh what speaks for a code, and hold them as they are used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from projector.coding.retrieval.boosted_trees import BoostedTrees, Doubles
from projector.coding.retrieval.evidence import FALLING, FEATURES, RISING
from projector.errors import missing_package

_SEED = 0
_TREES, _LEAVES, _RATE, _IN_LEAF = 150, 8, 0.1, 150


def fitted(features: Doubles, right: Doubles) -> Mapping[str, Any]:
    """Return trees as `schemas.model_folder.TreesSaid` holds them, by LightGBM (Ke et al. 2017).

    Raises:
        ConfigurationError: LightGBM is not installed.
    """
    try:
        import lightgbm
    except ImportError as error:
        raise missing_package("lightgbm", "research", "fitting trees", "keep what is") from error
    signs = [1 if name in RISING else -1 if name in FALLING else 0 for name in FEATURES]
    chosen = {
        "objective": "binary",
        "num_leaves": _LEAVES,
        "learning_rate": _RATE,
        "min_data_in_leaf": _IN_LEAF,
        "lambda_l2": 1.0,
        "monotone_constraints": signs,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": 1,
        "seed": _SEED,
        "verbose": -1,
    }
    data = lightgbm.Dataset(features, right)
    booster = lightgbm.train(chosen, data, num_boost_round=_TREES)
    nodes: dict[str, list[Any]] = {
        key: [] for key in ("features", "thresholds", "children", "values", "roots")
    }
    for tree in booster.dump_model()["tree_info"]:
        nodes["roots"].append(len(nodes["features"]))
        _add_node(tree["tree_structure"], nodes)
    return nodes


def _add_node(said: Mapping[str, Any], nodes: dict[str, list[Any]]) -> int:
    number = len(nodes["features"])
    is_leaf = "leaf_value" in said and "split_feature" not in said
    nodes["features"].append(0 if is_leaf else int(said["split_feature"]))
    nodes["thresholds"].append(0.0 if is_leaf else float(f"{said['threshold']:.6g}"))
    nodes["values"].append(float(f"{said['leaf_value']:.5g}") if is_leaf else 0.0)
    nodes["children"].append([number, number])
    if not is_leaf:
        children = [_add_node(said[key], nodes) for key in ("left_child", "right_child")]
        nodes["children"][number] = children
    return number


def trees_of(said: Mapping[str, Any]) -> BoostedTrees:
    """Return trees as they are used."""
    return BoostedTrees.of(
        *(said[key] for key in ("features", "thresholds", "children", "values", "roots"))
    )
