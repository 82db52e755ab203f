"""What the operator sees and touches. The only place that knows Kivy; it shows views and says verbs."""
