"""The centre's day: slots, check-in, observation, the reserve list for doses left, and a closing that balances."""
