a
{nosuchfunction('x')}
