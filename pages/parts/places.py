"""Where each lab's page lies."""

PAGES = {
    "transfer": "pages/transfer_learning.py",
    "lifelong": "pages/lifelong_learning.py",
    "anomaly": "pages/anomaly_detection.py",
    "gan": "pages/gan.py",
    "seq2seq": "pages/seq2seq.py",
    "compression": "pages/network_compression.py",
    "attack": "pages/adversarial_attack.py",
    "explain": "pages/explainable_ai.py",
}
