"""Foreign datasets, looked at: what lies in a folder of COCO, YOLO, Pascal VOC or our own labels, and what is wrong.

Their files are hostile input: they are parsed in a process of their own, behind limits, and never in a window's.
"""
