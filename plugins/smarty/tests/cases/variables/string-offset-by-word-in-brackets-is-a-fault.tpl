{$s['key']}
