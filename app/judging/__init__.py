"""What people say of samples: picked, rejected and why, stars; kept beside the project, keyed by recipe."""
