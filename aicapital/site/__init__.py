"""The course without a kernel: a static site and slides, made from the executed notebooks, the banks, the labs and the data."""
