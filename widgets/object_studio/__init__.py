"""The object studio: a window that shows one generator's object alone, with its values, parts, keypoints and draws."""
