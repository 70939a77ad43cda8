"""Fetch and keep travel times: street extracts, routing servers, files of the cache."""
