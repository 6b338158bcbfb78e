"""Make the default encoder from the installed package's weight file."""
