"""Mutation testing: small changes to the code behind the promises, each of which some test has to notice."""
