"""What usual supervised models make of K labels, on the arrays that bench/few-shot-features.ts keeps.

    models/training/.venv/bin/python bench/rivals.py FOLDER

FOLDER holds the arrays of one target. draws.json in it: {"64": [[place, …], …]}, places of the examples in labelled.u32
per draw. Written beside it, rivals.json: {"logistic": {"64": [auc, …]}, …}, on the labelled customers that were no examples.
"""

import json
import os
import sys
from pathlib import Path

# One thread each: problems are small, and the bench may run beside other work.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
from scipy import sparse
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

# Columns of the trees: the most frequent ones. More only cost time where examples are few.
TREE_COLUMNS = 300


def read_target(folder: Path):
    meta = json.loads((folder / "meta.json").read_text())
    read = lambda name, kind: np.fromfile(folder / name, kind)
    start = read("start.u32", "<u4").astype(np.int64)
    column = read("column.u32", "<u4").astype(np.int32)
    value = read("value.f64", "<f8")
    rows = sparse.csr_matrix((value, column, start), shape=(len(start) - 1, meta["columns"]))
    labelled = read("examples.u32", "<u4")[read("labelled.u32", "<u4")]
    text = read("text.f64", "<f8").reshape(len(start) - 1, -1)
    # The rows are over the square root of the number of events, which an analyst's table is not.
    events = np.diff(rows[:, : meta["strings"]].indptr)
    raw = sparse.diags(np.sqrt(np.maximum(1, events))) @ rows
    return raw.tocsr()[labelled], text[labelled], np.log1p(events)[labelled], read("answers.u8", "u1")


def standardised(table: np.ndarray) -> np.ndarray:
    spread = table.std(axis=0)
    return (table - table.mean(axis=0)) / np.where(spread > 0, spread, 1)


def logistic_features(raw, activity):
    """All columns over their deviation (which needs no label), scaled so that a customer has squared length 1 on average."""
    mean = np.asarray(raw.mean(axis=0)).ravel()
    square = np.asarray(raw.multiply(raw).mean(axis=0)).ravel()
    spread = np.sqrt(np.maximum(square - mean**2, 1 / raw.shape[0]))
    table = sparse.hstack([raw.multiply(1 / spread), standardised(activity[:, None])]).tocsr()
    return table / np.sqrt(table.multiply(table).sum(axis=1).mean())


def tree_features(raw, activity):
    often = np.argsort(-raw.getnnz(axis=0), kind="stable")[:TREE_COLUMNS]
    return np.hstack([raw[:, often].toarray(), activity[:, None]])


def fit(model, table, answers, examples):
    model.fit(table[examples], answers[examples])
    asked = np.ones(len(answers), bool)
    asked[examples] = False
    return roc_auc_score(answers[asked], model.predict_proba(table[asked])[:, 1])


def main():
    folder = Path(sys.argv[1])
    raw, text, activity, answers = read_target(folder)
    draws = json.loads((folder / "draws.json").read_text())
    mean_text = standardised(text)
    mean_text /= np.sqrt((mean_text**2).sum(axis=1).mean())
    rivals = {
        "logistic": (logistic_features(raw, activity), lambda: LogisticRegression(C=1, max_iter=300)),
        "boosting": (
            tree_features(raw, activity),
            lambda: GradientBoostingClassifier(max_depth=2, min_samples_leaf=2, random_state=0),
        ),
        "text": (mean_text, lambda: LogisticRegression(C=1, max_iter=300)),
    }
    result = {
        name: {
            size: [fit(model(), table, answers, np.array(examples)) for examples in some]
            for size, some in draws.items()
        }
        for name, (table, model) in rivals.items()
    }
    (folder / "rivals.json").write_text(json.dumps(result))


if __name__ == "__main__":
    main()
