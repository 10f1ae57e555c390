a{}b {} {}{} function() {}
