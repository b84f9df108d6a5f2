"""From one source to what learners get: the release of exercise sheets."""
