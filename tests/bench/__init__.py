"""What opsconsole costs, measured side by side with what it is compared to. Run by `make bench`."""
