"""The policy pack: rules over what a provider will be sent."""
