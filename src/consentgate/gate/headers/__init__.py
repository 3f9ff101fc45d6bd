"""The application's headers, each judged by its rule."""
