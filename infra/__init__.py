"""The Pulumi program: what BrightBroom's deployment strategy declares, one stack per environment."""
