"""The numbers that a run of the adversarial attack lab reports."""

from core.settings import COIN, Chance, Metric

GUESS = Chance(lambda settings: 0.1 if settings.asks_photos else 10.0)  # of a thousand answers, or of ten
CONSTANT = Chance(10.0, "always one answer")  # whoever says the same to every digit keeps that promise at every radius
NOTHING = Chance(0.0, "no attack")  # of what only counts where the attack changed the answer

METRICS = {
    "right": Metric("Still right", "%", role="before", chance=GUESS),
    "fooled": Metric("Turned from right to wrong", "%", role="after", chance=NOTHING),
    "reached": Metric("Turned to what was wanted", "%", role="danger", chance=NOTHING),
    "naive": Metric("Still right under PGD", "%", role="task3", chance=GUESS),
    "truth": Metric("Right answer", "%", role="before", chart="probability", chance=GUESS),
    # the one wanted, or the likeliest
    "wrong": Metric("Wrong answer", "%", role="danger", chart="probability", chance=GUESS),
    "largest": Metric("Largest change (of 255)", chart=""),
    "length": Metric("Length of the change, L2", chart=""),
    "changed": Metric("Pixels changed", chart=""),
    "clean": Metric("Clean", "%", role="before", chance=GUESS),
    "noise": Metric("Random noise", "%", role="control", chance=GUESS),
    "fgsm": Metric("FGSM", "%", role="after", chance=GUESS),
    "mifgsm": Metric("MI-FGSM", "%", role="task3", chance=GUESS),
    "pgd": Metric("PGD", "%", role="danger", chance=GUESS),
    "deepfool": Metric("DeepFool", "%", role="task3", chance=GUESS),
    "cw": Metric("Carlini–Wagner", "%", role="task5", chance=GUESS),
    "worst": Metric("Worst of all", "%", role="whole", chance=GUESS),
    "obeyed": Metric("Trigger obeyed", "%", role="danger", chance=GUESS),
    "obeyed_control": Metric("Square elsewhere obeyed", "%", role="control", chance=GUESS),
    "smooth": Metric("Certified and right", "%", role="before", chart="certified", chance=CONSTANT),
    "near": Metric("Certified at radius 0.5", "%", role="after", chart="certified", chance=CONSTANT),
    "far": Metric("Certified at radius 1", "%", role="danger", chart="certified", chance=CONSTANT),
    "abstained": Metric("No promise", "%", role="neutral", chart="", chance=None),
    "noisy": Metric("Right under noise", "%", role="control", chance=GUESS),
    "patched": Metric("Patch brings it", "%", role="danger", chart="patch", chance=NOTHING),
    "patched_noise": Metric("Random patch brings it", "%", role="control", chart="patch", chance=None),
    "bare": Metric("No defence", "%", role="neutral", chance=GUESS),
    "blind": Metric("Attacker does not know it", "%", role="after", chance=GUESS),
    "knowing": Metric("Attacker knows the defence", "%", role="danger", chance=GUESS),
    "auc_noise": Metric("Noise found (AUROC)", "%", role="control", chart="", chance=COIN),
    "auc_blind": Metric("Attack found (AUROC)", "%", role="after", chart="", chance=COIN),
    "auc_knowing": Metric("Knowing attack (AUROC)", "%", role="danger", chart="", chance=COIN),
    "carried": Metric("Other networks fooled", "%", role="danger", chart="carried over", chance=NOTHING),
    "carried_noise": Metric("Fooled by random noise", "%", role="control", chart="carried over", chance=None),
    "margin": Metric("Lead of the wrong answer", role="danger", chart="margin"),
    "loss": Metric("Loss", role="neutral", chart="loss", log=True),
}
