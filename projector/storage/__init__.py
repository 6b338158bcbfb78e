"""Put files and folders in place whole or not at all, and say what they were made from."""
