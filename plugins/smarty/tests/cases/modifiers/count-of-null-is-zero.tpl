{$nothing|count}
