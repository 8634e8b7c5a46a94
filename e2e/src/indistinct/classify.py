"""Attackers for the indistinct case: random forest and gradient boosting (scikit-learn), trained on one half of the
tunnels and tested on the other, both ways.

Reads CSV from standard input: a header, then one row per run: tunnel, label (1 = an activity caused the run), then the
features. Prints one JSON object: n of each label, and per attacker the balanced accuracy with the ends of its 95 %
interval. Runs of one tunnel are not independent, so the interval is a bootstrap over tunnels."""
import json
import sys

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier

RESAMPLES = 4000


def accuracy_of(counts):
    """Balanced accuracy from the columns right and all of label 0, right and all of label 1."""
    return (counts[..., 0] / counts[..., 1] + counts[..., 2] / counts[..., 3]) / 2


def balanced(tunnel, truth, guess):
    right = truth == guess
    counts = np.array(
        [
            [np.sum(mine & right & (truth == 0)), np.sum(mine & (truth == 0)), np.sum(mine & right & (truth == 1)), np.sum(mine & (truth == 1))]
            for mine in (tunnel == one for one in np.unique(tunnel))
        ],
        dtype=float,
    )
    random = np.random.default_rng(1)
    times = random.multinomial(len(counts), np.full(len(counts), 1 / len(counts)), size=RESAMPLES)
    low, high = np.quantile(accuracy_of(times @ counts), [0.025, 0.975])
    return {"accuracy": float(accuracy_of(counts.sum(axis=0))), "low": float(low), "high": float(high)}


def main():
    names = sys.stdin.readline().strip().split(",")[2:]
    data = np.loadtxt(sys.stdin, delimiter=",")
    tunnel, label, features = data[:, 0].astype(int), data[:, 1].astype(int), data[:, 2:]
    fold = tunnel % 2
    # Both labels count alike, however many there are of each, by `weights` alone.
    attackers = {
        "forest": lambda: RandomForestClassifier(n_estimators=300, min_samples_leaf=5, n_jobs=2, random_state=1),
        "boosting": lambda: HistGradientBoostingClassifier(
            max_iter=150, learning_rate=0.05, max_leaf_nodes=15, min_samples_leaf=30, random_state=1
        ),
    }
    result = {"real": int((label == 1).sum()), "cover": int((label == 0).sum()), "attackers": {}}
    for name, create in attackers.items():
        guess = np.zeros(len(label), dtype=int)
        for tested in (0, 1):
            learn = fold != tested
            model = create().fit(features[learn], label[learn], sample_weight=weights(label[learn]))
            guess[fold == tested] = model.predict(features[fold == tested])
            if name == "forest" and tested == 1:
                order = np.argsort(model.feature_importances_)[::-1][:6]
                result["leading"] = [[names[i], round(float(model.feature_importances_[i]), 3)] for i in order]
        result["attackers"][name] = balanced(tunnel, label, guess)
    print(json.dumps(result))


def weights(label):
    share = np.array([np.mean(label == 0), np.mean(label == 1)])
    return 0.5 / share[label]


main()
