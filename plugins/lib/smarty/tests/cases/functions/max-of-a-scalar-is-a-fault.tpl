{max(1)}
