"""The gallery: a grid of thumbnails to be judged by keys, a detail view, two samples side by side."""
