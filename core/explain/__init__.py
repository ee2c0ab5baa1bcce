"""Why did the network say so? Captum and LIME methods that every lab's Explain tab uses."""
