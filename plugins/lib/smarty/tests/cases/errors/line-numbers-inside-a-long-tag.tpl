{assign
  var=x
  value=$y|nosuch
}
