"""Code behind the course *When Financing Becomes the Engine*."""
