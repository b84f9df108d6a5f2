"""What the course's authors use to write notebooks; no lesson imports it."""
