"""Ten million rows on paper: what a bulk job costs is measured, what many machines make of it is simulated."""
