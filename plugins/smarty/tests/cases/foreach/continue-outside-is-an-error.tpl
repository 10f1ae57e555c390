{continue}
