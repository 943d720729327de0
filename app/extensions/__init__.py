"""Third-party plugins as the program has them: what is installed, what a person approved, what is being worked on."""
