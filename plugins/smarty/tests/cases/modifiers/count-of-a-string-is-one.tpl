{'abc'|count}
