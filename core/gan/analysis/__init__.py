"""What the views of the GAN page show: pure functions of a run, which return numbers and named cases."""
