{textformat}x
