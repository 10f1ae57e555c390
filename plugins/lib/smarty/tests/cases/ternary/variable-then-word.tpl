{(1) ? $h : abc} {(0) ? $h : abc} {(0) ? $h : true} {(0) ? $h : null}|
