import gzip
import pickle
import tracemalloc
import zlib

import joblib
import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from kedro_bind.packaging.pickled_modules import pickled_modules


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_an_estimator_names_its_library_in_every_protocol(tmp_path, protocol):
    fitted = make_pipeline(StandardScaler(), LinearRegression()).fit([[0.0], [1.0]], [0, 1])
    (tmp_path / "model.pkl").write_bytes(pickle.dumps(fitted, protocol))
    assert (
        {"sklearn", "numpy"}
        <= pickled_modules(tmp_path / "model.pkl")
        <= {"sklearn", "numpy", "_codecs", "copyreg"}
        | {
            "builtins",
            "__builtin__",
            "copy_reg",
        }
    )


def test_a_class_that_is_named_again_after_others_is_found(tmp_path):
    # The second name of a module comes from the memo of the pickle, not from a string.
    data = [
        LinearRegression(),
        pd.Series([1]),
        LinearRegression(),
        StandardScaler(),
        pd.DataFrame({"a": [1]}),
        np.ones(3),
    ]
    (tmp_path / "many.pkl").write_bytes(pickle.dumps(data))
    assert {"sklearn", "pandas", "numpy"} <= pickled_modules(tmp_path / "many.pkl")


@pytest.mark.parametrize("protocol", range(3, pickle.HIGHEST_PROTOCOL + 1))
def test_the_data_of_arrays_is_not_read(tmp_path, protocol):
    size = 50_000_000
    data = [b"a" * size, bytearray(size), "a" * size, np.zeros(size // 8), StandardScaler()]
    (tmp_path / "large.pkl").write_bytes(pickle.dumps(data, protocol))
    tracemalloc.start()
    found = pickled_modules(tmp_path / "large.pkl")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert {"numpy", "sklearn"} <= found
    assert peak < size / 10


def test_plain_values_name_nothing(tmp_path):
    (tmp_path / "plain.pkl").write_bytes(pickle.dumps({"words": ["pandas", "sklearn"], "rows": [1, 2.5, None]}))
    assert pickled_modules(tmp_path / "plain.pkl") == set()


@pytest.mark.parametrize("compress", [0, 3, ("gzip", 3), ("bz2", 3), ("lzma", 3), ("xz", 3)])
def test_a_file_of_joblib_names_its_library(tmp_path, compress):
    forest = RandomForestClassifier(n_estimators=2, random_state=0).fit([[0.0], [1.0]], [0, 1])
    joblib.dump([b"a" * 1_000_000, forest], tmp_path / "model.joblib", compress=compress)
    assert "sklearn" in pickled_modules(tmp_path / "model.joblib")


def test_a_compressed_file_that_claims_to_be_huge_ends(tmp_path):
    cut = pickle.dumps({"a": 1})[:-1] + b"\x8e" + (1 << 60).to_bytes(8, "little") + b"rest"
    (tmp_path / "file").write_bytes(zlib.compress(cut))
    assert pickled_modules(tmp_path / "file") == set()


@pytest.mark.parametrize(
    "content", [b"", b"a,b\n1,2\n", gzip.compress(b"PK", mtime=0), b"\x80\x05\x95", bytes(range(256))]
)
def test_what_is_not_a_pickle_names_nothing(tmp_path, content):
    (tmp_path / "file").write_bytes(content)
    assert pickled_modules(tmp_path / "file") == set()
