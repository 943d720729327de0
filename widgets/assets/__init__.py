"""Models, HDRIs, images and texture sets: found, looked at, imported, used, relinked."""
