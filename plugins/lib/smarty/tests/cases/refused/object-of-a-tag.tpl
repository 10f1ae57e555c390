{counter->x}
