"""What several labs look at: a picture and the network that classifies it."""
