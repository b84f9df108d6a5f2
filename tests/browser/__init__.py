"""Tests in a real browser: JupyterLab on the server that `make course` starts, in Chromium."""
