[{$bold}]
