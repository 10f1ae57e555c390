a
{cycle}
