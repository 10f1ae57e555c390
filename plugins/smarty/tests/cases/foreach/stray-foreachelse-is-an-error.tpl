{foreachelse}
