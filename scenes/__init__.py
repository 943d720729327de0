"""The domain: what a scene is, how it varies, how it is pictured and labelled.

Nothing in this room knows Qt, a dataset format, or a global random state.
"""
