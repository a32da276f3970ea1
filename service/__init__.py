"""Script coach: checks and rewrites customer-service drafts, and proves each rewrite."""
