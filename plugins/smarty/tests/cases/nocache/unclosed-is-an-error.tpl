{nocache}x
