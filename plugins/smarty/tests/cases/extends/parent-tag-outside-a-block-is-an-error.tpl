{parent}
