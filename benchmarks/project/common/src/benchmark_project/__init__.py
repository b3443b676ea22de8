"""The project that all variants are measured on."""
