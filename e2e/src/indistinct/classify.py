"""Attackers for the indistinct case: random forest and gradient boosting (scikit-learn), trained on one half of the
tunnels and tested on the other, both ways.

Reads CSV from standard input: a header, then one row per run: fold (0 or 1), label (1 = an activity caused the run), then
the features. Prints one JSON object: n of each label, and per attacker the balanced accuracy with the ends of its 95 %
interval (normal approximation of the two rates, which are independent)."""
import json
import sys

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier


def balanced(truth, guess):
    rates = []
    variance = 0.0
    for label in (0, 1):
        mine = truth == label
        rate = float(np.mean(guess[mine] == label))
        rates.append(rate)
        variance += rate * (1 - rate) / int(mine.sum())
    accuracy = sum(rates) / 2
    error = (variance**0.5) / 2
    return {"accuracy": accuracy, "low": accuracy - 1.96 * error, "high": accuracy + 1.96 * error}


def main():
    names = sys.stdin.readline().strip().split(",")[2:]
    data = np.loadtxt(sys.stdin, delimiter=",")
    fold, label, features = data[:, 0], data[:, 1].astype(int), data[:, 2:]
    attackers = {
        "forest": lambda: RandomForestClassifier(
            n_estimators=300, min_samples_leaf=5, class_weight="balanced", n_jobs=2, random_state=1
        ),
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
        result["attackers"][name] = balanced(label, guess)
    print(json.dumps(result))


def weights(label):
    """Both labels count alike, however many there are of each."""
    share = np.array([np.mean(label == 0), np.mean(label == 1)])
    return 0.5 / share[label]


main()
