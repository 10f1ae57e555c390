{$f='nosuch'}
{call $f}
